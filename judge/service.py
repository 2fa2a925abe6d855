"""The trusted process of one kernel, or of one core of a class: started by path, kept warm.

    python -I judge/service.py SOCKET_FD PARENT_PID FOLDER...

The folders hold judge and its dependencies: -I hides user installs. It runs in a session of its
own, so that Interrupt does not reach it, and ends when its parent ends: at the end of the stream,
or when its parent's process id changes (a fork of a kernel's may still hold the stream).
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

    from judge.checking import Checker, Wish
    from judge.results import Report
    from judge.submission import Submission

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
        from judge.grading import Grader

        jobs = {"jobs": ask["jobs"]} if "jobs" in ask else {}
        checker = Checker(Grader(**jobs))
        try:
            while True:
                if "number" in ask:  # else it only says what the first question will be about
                    send(channel, _answer(ask, channel, checker))
                ask = receive(channel)
        finally:
            checker.close()


def _launch(ask: dict[str, Any]) -> None:
    """Start the fork server of the first check: it imports while this process does the same."""
    from judge.catalogue import find_challenge
    from judge.sandbox.forkserver import launch_ahead

    with contextlib.suppress(Exception):  # the check will say so
        folders = tuple(map(Path, ask.get("folders", ())))
        launch_ahead(find_challenge(ask["challenge"], folders, Path(ask["folder"])).imports)


def _answer(ask: dict[str, Any], channel: socket.socket, checker: Checker) -> dict[str, Any]:
    """A report, or a message for the person."""
    from judge.errors import UserError
    from judge.results import to_data

    try:
        report = (_graded if "known" in ask else _checked)(ask, channel, checker)
        return {"number": ask["number"], "report": to_data(report)}
    except UserError as error:
        return {"number": ask["number"], "problem": str(error), "ours": False}
    except Exception:  # noqa: BLE001  who asked shows what happened; the service lives on
        return {"number": ask["number"], "problem": traceback.format_exc(), "ours": True}


def _checked(ask: dict[str, Any], channel: socket.socket, checker: Checker) -> Report:
    """Check what a kernel sent, and tell it how far the check is."""
    from judge import frames
    from judge.results import KERNEL, for_student

    def progress(running: Sequence[str], done: int, total: int) -> None:
        tick = {"number": ask["number"], "running": list(running), "done": done, "all": total}
        frames.send(channel, tick)

    submission = _submission(ask, KERNEL)
    return for_student(checker.check(_wish(ask), submission, progress))


def _graded(ask: dict[str, Any], channel: socket.socket, checker: Checker) -> Report:
    """Grade one submission of many; `known` has the outcomes of tests that need not be run."""
    from judge.results import outcomes_from_data

    known = outcomes_from_data(ask["known"])
    return checker.grade_one_of_many(_wish(ask), _submission(ask, ask["origin"]), known)


def _wish(ask: dict[str, Any]) -> Wish:
    from judge.checking import Wish

    return Wish(
        challenge=ask["challenge"],
        tasks=tuple(ask.get("tasks", ())),
        seed=ask["seed"],
        folders=tuple(map(Path, ask.get("folders", ()))),
        course=Path(ask["folder"]),
    )


def _submission(ask: dict[str, Any], origin: str) -> Submission:
    from judge.submission import submission_from_cells

    cells = [(label, source) for label, source in ask["cells"]]
    return submission_from_cells(cells, origin, ask["kind"], ask.get("digests"))


def _leave_with(parent: int) -> None:
    """End this process soon after its parent has ended."""
    while os.getppid() == parent:
        time.sleep(_POLL)
    os._exit(0)


if __name__ == "__main__":
    main(sys.argv[1:])
