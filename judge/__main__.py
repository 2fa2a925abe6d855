"""The command `judge`, and what becomes of every error it meets."""

from __future__ import annotations

import errno
import os
import signal
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, NoReturn

from judge.errors import EXIT_OURS, EXIT_USER, UserError

if TYPE_CHECKING:
    from types import FrameType

_INTERRUPTED = 130  # as a shell has it: 128 and the number of the signal
_PIPE_CLOSED = 141
_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
_SOON = 0.01  # seconds
_FULL = (errno.ENOSPC, errno.EDQUOT)
_KEPT_OUT = (errno.EACCES, errno.EROFS)


class _CtrlC:
    """Ctrl-C from the first import of a command to its last line.

    What it breaks into may hide it: compiled modules turn it into errors of their own while they
    are imported, and nothing can be raised out of `__del__`.
    """

    def __init__(self) -> None:
        self.pressed = False
        self._listening = False

    def listen(self) -> None:
        """Hear of it, unless whoever started the command wants it ignored."""
        self._listening = signal.getsignal(signal.SIGINT) is signal.default_int_handler
        if self._listening:
            signal.signal(signal.SIGINT, self._press)
            sys.unraisablehook = self._again

    def over(self) -> None:
        """The command has ended: from now on Ctrl-C changes neither its output nor its code."""
        if self._listening:
            signal.signal(signal.SIGINT, signal.SIG_IGN)

    def _press(self, number: int, frame: FrameType | None) -> None:
        self.pressed = True
        raise KeyboardInterrupt

    def _again(self, found: sys.UnraisableHookArgs) -> None:
        """Where nothing can be raised, raise it a moment later."""
        if found.exc_type is not KeyboardInterrupt or not hasattr(signal, "setitimer"):
            sys.__unraisablehook__(found)
            return
        signal.signal(signal.SIGALRM, self._press)
        signal.setitimer(signal.ITIMER_REAL, _SOON)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; its exit code. Without `arguments` it is the one that was typed."""
    if arguments is None:
        _open_streams()
    for name in _THREADS:  # before numpy is imported: tests run over the cores already
        os.environ.setdefault(name, "1")
    ctrl_c = _CtrlC()
    try:
        if arguments is None:
            ctrl_c.listen()
        code = _run(arguments, ctrl_c)
        ctrl_c.over()
    except KeyboardInterrupt as interrupt:
        ctrl_c.over()
        place = f" in {interrupt}" if str(interrupt) else ""
        _say(f"Interrupted{place}.")
        code = _INTERRUPTED
    if arguments is None:
        _leave(code)
    return code


def _open_streams() -> None:
    """Where a standard stream was closed, it leads nowhere.

    Else the next file that is opened takes its number, and what is printed goes into that file.
    """
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # takes the lowest number that is free: this one
            stream = os.fdopen(number, "r" if number == 0 else "w", closefd=False)
            setattr(sys, name, stream)


def _leave(code: int) -> NoReturn:
    """End this process at once: to take NumPy and all else down in order takes 60 ms."""
    sys.stderr.flush()
    os._exit(code)


def _run(arguments: Sequence[str] | None, ctrl_c: _CtrlC) -> int:
    try:
        from judge.cli import run  # click and rich: as late as possible

        code = run(arguments)
        sys.stdout.flush()
    except Exception as error:  # noqa: BLE001  the last place where our own failure can be told
        if ctrl_c.pressed:
            raise KeyboardInterrupt from None
        return _told(error)
    return code


def _told(error: Exception) -> int:
    """Say what happened; the exit code."""
    if isinstance(error, UserError):
        _say(str(error))
        return EXIT_USER
    if isinstance(error, BrokenPipeError):  # whoever read the output has seen enough
        _forget_output()
        return _PIPE_CLOSED
    if isinstance(error, OSError) and error.errno in _FULL:
        _forget_output()
        _say(f"The disk is full: {error}.\nMake room and try again.")
        return EXIT_USER
    if isinstance(error, OSError) and error.errno in _KEPT_OUT and error.filename is not None:
        from judge.intake import shown

        place = shown(os.fsdecode(error.filename))
        _say(f"{place} cannot be used: {error.strerror}.\nAllow it, or use another folder.")
        return EXIT_USER
    import traceback

    traceback.print_exception(error)
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
