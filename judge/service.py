"""The trusted process of one kernel: started by path, kept warm, answers its checks.

    python -I judge/service.py SOCKET_FD PARENT_PID FOLDER...

The folders hold judge and its dependencies: -I hides user installs. It runs in a session of its
own, so that Interrupt does not reach it, and ends when the kernel ends: at the end of the stream,
or when its parent's process id changes (a fork of the kernel's may still hold the stream).
"""

from __future__ import annotations

import contextlib
import os
import sys
import threading
import time
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import socket
    from collections.abc import Sequence

    from judge.checking import Checker

_POLL = 0.5  # seconds between looks at the parent
_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


def main(arguments: list[str]) -> None:
    """Serve until the kernel has gone."""
    fd, parent, *folders = arguments
    threading.Thread(target=_leave_with, args=(int(parent),), daemon=True).start()
    sys.path[:0] = folders
    os.environ.update(dict.fromkeys(_THREADS, "1"))  # tests run over the cores already
    import socket

    from judge.frames import Closed, receive, send

    channel = socket.socket(fileno=int(fd))
    with contextlib.suppress(Closed, ConnectionError):
        ask = receive(channel)
        _launch(ask)
        from judge.checking import Checker

        checker = Checker()
        try:
            while True:
                send(channel, _answer(ask, channel, checker))
                ask = receive(channel)
        finally:
            checker.close()


def _launch(ask: dict[str, Any]) -> None:
    """Start the fork server of the first check: it imports while this process does the same."""
    from judge.catalogue import find_challenge
    from judge.sandbox.forkserver import launch_ahead

    with contextlib.suppress(Exception):  # the check will say so
        launch_ahead(find_challenge(ask["challenge"], (), Path(ask["folder"])).imports)


def _answer(ask: dict[str, Any], channel: socket.socket, checker: Checker) -> dict[str, Any]:
    """Check what the kernel sent; a report, or a message for the person."""
    from judge import frames
    from judge.checking import Wish
    from judge.errors import UserError
    from judge.results import KERNEL, for_student, to_data
    from judge.submission import submission_from_cells

    def progress(running: Sequence[str], done: int, total: int) -> None:
        tick = {"number": ask["number"], "running": list(running), "done": done, "all": total}
        frames.send(channel, tick)

    try:
        wish = Wish(
            challenge=ask["challenge"],
            tasks=tuple(ask["tasks"]),
            seed=ask["seed"],
            course=Path(ask["folder"]),
        )
        cells = [(label, source) for label, source in ask["cells"]]
        submission = submission_from_cells(cells, KERNEL, ask["kind"], ask["digests"])
        report = checker.check(wish, submission, progress)
    except UserError as error:
        return {"number": ask["number"], "problem": str(error), "ours": False}
    except Exception:  # noqa: BLE001  the kernel shows what happened; the service lives on
        return {"number": ask["number"], "problem": traceback.format_exc(), "ours": True}
    return {"number": ask["number"], "report": to_data(for_student(report))}


def _leave_with(parent: int) -> None:
    """End this process soon after its parent has ended."""
    while os.getppid() == parent:
        time.sleep(_POLL)
    os._exit(0)


if __name__ == "__main__":
    main(sys.argv[1:])
