"""The command `judge`, and what becomes of every error it meets."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from judge.errors import EXIT_OURS, EXIT_USER, UserError

_INTERRUPTED = 130  # as a shell has it: 128 and the number of the signal
_PIPE_CLOSED = 141
_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; its exit code."""
    for name in _THREADS:  # before numpy is imported: tests run over the cores already
        os.environ.setdefault(name, "1")
    try:
        code = _run(arguments)
        sys.stdout.flush()
    except BrokenPipeError:  # whoever read the output has seen enough
        _forget_output()
        return _PIPE_CLOSED
    return code


def _run(arguments: Sequence[str] | None) -> int:
    try:
        from judge.cli import run  # click and rich: as late as possible

        return run(arguments)
    except UserError as error:
        _say(str(error))
        return EXIT_USER
    except KeyboardInterrupt as interrupt:
        place = f" in {interrupt}" if str(interrupt) else ""
        _say(f"Interrupted{place}.")
        return _INTERRUPTED
    except BrokenPipeError:
        raise
    except Exception:  # noqa: BLE001  the last place where our own failure can be told
        import traceback

        traceback.print_exc()
        _say("The judge itself failed; this is no fault of yours. Please report it with the above.")
        return EXIT_OURS


def _say(text: str) -> None:
    """A message for the person, whatever the stream can show; in a terminal broken at spaces."""
    if sys.stderr.isatty():
        text = _wrapped(text)
    encoding = sys.stderr.encoding or "ascii"
    sys.stderr.write(text.encode(encoding, "backslashreplace").decode(encoding) + "\n")


def _wrapped(text: str) -> str:
    import shutil
    import textwrap

    wrapper = textwrap.TextWrapper(
        width=max(shutil.get_terminal_size().columns, 40),
        break_long_words=False,
        break_on_hyphens=False,
    )
    return "\n".join(line for told in text.splitlines() for line in wrapper.wrap(told) or [""])


def _forget_output() -> None:
    """Python flushes standard output once more when it ends: let that go nowhere."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)


if __name__ == "__main__":
    sys.exit(main())
