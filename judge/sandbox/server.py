"""The fork server: started by path in a clean process, it forks one worker per request.

    python -I -S server.py CONTROL_FD   with one line of JSON settings on the control socket

It imports what workers need and computes nothing; it holds no test and no expected value. It is a
subreaper, so that whatever a worker leaves behind becomes its child and is killed with the worker.
Before the first worker it finds out which layers confine one here; each worker enters them. One
worker is ready ahead, with the limits of the last: it waits for its descriptors.
One question, one answer, both JSON: `memory` starts a worker and carries its socket and its output
pipe; `stop` ends one and says how it had ended.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import importlib
import json
import os
import signal
import socket
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

PR_SET_PDEATHSIG = 1
PR_SET_DUMPABLE = 4
PR_SET_CHILD_SUBREAPER = 36
_LINE = 65536
_PF_EXITING = 4  # of the flags in /proc/PID/stat: proc_pid_stat(5), linux/sched.h
_ROUNDS = 200  # of killing what a worker left; each round reaches one generation


_LIBC = ctypes.CDLL(None)


def _prctl(option: int, value: int) -> None:
    """Best effort: only Linux has prctl."""
    with contextlib.suppress(AttributeError, OSError):
        _LIBC.prctl(option, value, 0, 0, 0)


class _Ready(NamedTuple):
    """A worker that waits for its descriptors, and what its limits were made from."""

    pid: int
    handoff: socket.socket
    ask: dict[str, Any]


class Server:
    """Forks workers, and ends them together with all that they started."""

    def __init__(self, control: socket.socket, settings: dict[str, Any]) -> None:
        self._control = control
        self._entry = importlib.import_module(settings["entry"]).main
        self._limits = importlib.import_module(settings["limits"])
        confine = importlib.import_module(settings["confine"])
        # Before the packages: who has a second thread cannot enter a user namespace.
        self._confinement = confine.prepare(settings["preload"])
        _prctl(PR_SET_PDEATHSIG, signal.SIGKILL)  # a change of rights may have cleared it
        gc.disable()  # imports drop next to nothing: looking for it doubles their time
        for name in settings["preload"]:
            importlib.import_module(name)
        if settings["warm"]:
            importlib.import_module(settings["warm"]).warm()
        self._alive: set[int] = set()
        self._spare: _Ready | None = None
        self._allocated = self._limits.allocated()
        gc.freeze()  # children then share these pages for good
        gc.enable()

    def serve(self) -> None:
        """Answer until the trusted process closes the control socket."""
        missing = [[lost.layer, lost.why] for lost in self._confinement.missing]
        in_force = {"level": self._confinement.level, "layers": self._confinement.layers}
        self._say({"ready": os.getpid(), **in_force, "missing": missing})
        while True:
            line, fds = self._receive()
            if not line:
                break
            ask = json.loads(line)
            if "stop" in ask:
                self._say({"status": self._stop(ask["stop"])})
            else:
                self._say(self._start(ask, *fds))
                self._confinement.renew()
                self._spare = self._fork(ask)  # now, while nobody waits
        for pid in list(self._alive):
            self._stop(pid)

    def _receive(self) -> tuple[bytes, list[int]]:
        line, fds, _, _ = socket.recv_fds(self._control, _LINE, 2)
        return line, fds

    def _say(self, answer: dict[str, Any]) -> None:
        self._control.sendall(json.dumps(answer).encode() + b"\n")

    def _start(self, ask: dict[str, Any], wire_fd: int, output_fd: int) -> dict[str, Any]:
        """Give a worker with these limits its descriptors; its process id in the answer.

        There is none when it could not be confined, or `full` says that no process could be made.
        """
        spare = self._spare_for(ask) or self._fork(ask)
        self._spare = None
        confined = spare is not None and _hand_over(spare, [wire_fd, output_fd])
        for fd in (wire_fd, output_fd):
            os.close(fd)
        if spare is not None and not confined:
            self._stop(spare.pid)
        return {"pid": spare.pid if spare and confined else None, "full": spare is None}

    def _spare_for(self, ask: dict[str, Any]) -> _Ready | None:
        """The worker that is ready ahead, if its limits are the ones wanted."""
        if self._spare is None or self._spare.ask == ask:
            return self._spare
        self._spare.handoff.close()
        self._stop(self._spare.pid)
        return None

    def _fork(self, ask: dict[str, Any]) -> _Ready | None:
        """A new worker on its way into its limits and layers; None while no process can be made."""
        server = os.getpid()
        ours, theirs = socket.socketpair()
        try:
            pid = os.fork()
        except OSError:  # another worker may have started threads until none is left
            ours.close()
            theirs.close()
            return None
        if pid == 0:
            self._become_worker(ask, server, theirs)
        theirs.close()
        self._alive.add(pid)
        return _Ready(pid, ours, ask)

    def _become_worker(self, ask: dict[str, Any], server: int, handoff: socket.socket) -> NoReturn:
        code = 1
        try:
            os.setsid()
            _prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
            if os.getppid() != server:  # it died before the signal was asked for
                os._exit(1)
            kept = _only_descriptors(handoff.detach(), self._confinement.descriptors)
            self._limits.apply_limits(ask["memory"], ask["seconds"], self._allocated)
            self._confinement.enter()
            with socket.socket(fileno=kept) as handoff:
                handoff.send(b"1")  # nothing of the submission has arrived yet
                told, fds, _, _ = socket.recv_fds(handoff, 1, 2)
            if told:  # else the server has gone, and no submission comes
                self._entry(_take_over(*fds))
            code = 0
        finally:
            os._exit(code)

    def _stop(self, pid: int) -> int | None:
        """Kill a worker and every descendant; the exit code it had ended with, if it had."""
        if pid not in self._alive:
            return None
        by_itself = _is_exiting(pid)
        os.kill(pid, signal.SIGKILL)
        _, status = os.waitpid(pid, 0)
        self._alive.discard(pid)
        self._kill_orphans()
        code = os.waitstatus_to_exitcode(status)
        return code if by_itself or code != -signal.SIGKILL else None

    def _kill_orphans(self) -> None:
        """Kill what ended workers have left behind, one generation after the other."""
        for _ in range(_ROUNDS):
            left = _children() - self._alive
            if not left:
                break
            for orphan in left:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(orphan, signal.SIGKILL)
                with contextlib.suppress(ChildProcessError):
                    os.waitpid(orphan, 0)


def _hand_over(ready: _Ready, fds: Sequence[int]) -> bool:
    """Give a worker that waits its descriptors, if it has been confined."""
    with ready.handoff as handoff:
        confined = bool(handoff.recv(1))
        if confined:
            socket.send_fds(handoff, [b"1"], list(fds))
    return confined


def _is_exiting(pid: int) -> bool:
    """Whether a child has begun to end, or has ended: SIGKILL no longer changes its exit code.

    The channel of a process closes a little before the process is gone, so one that has just died
    may be neither running nor a zombie.
    """
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace")
    except OSError:
        return False
    fields = text.rpartition(")")[2].split()  # the name may hold anything
    return fields[0] in ("Z", "X") or bool(int(fields[6]) & _PF_EXITING)


def _only_descriptors(handoff: int, also: Sequence[int]) -> int:
    """Keep `handoff` as 3 and `also`, nothing as 0, 1 and 2; close the rest. Returns 3.

    What is in `also` lies above 3.
    """
    null = os.open(os.devnull, os.O_RDWR)
    handoff = os.dup(handoff) if handoff < 3 else handoff
    for standard in (0, 1, 2):
        os.dup2(null, standard)
    if handoff != 3:
        os.dup2(handoff, 3)
    first = 4
    for fd in sorted(also):
        os.closerange(first, fd)
        first = fd + 1
    os.closerange(first, os.sysconf("SC_OPEN_MAX"))
    return 3


def _take_over(wire_fd: int, output_fd: int) -> int:
    """Put the wire on 3 and the output on 1 and 2, and nothing beside them. Returns 3."""
    os.dup2(output_fd, 1)
    os.dup2(output_fd, 2)
    if wire_fd != 3:
        os.dup2(wire_fd, 3)
    os.closerange(4, os.sysconf("SC_OPEN_MAX"))
    return 3


def _children() -> set[int]:
    """Every child of this process, adopted ones too."""
    me = os.getpid()
    try:
        text = Path(f"/proc/{me}/task/{me}/children").read_text(encoding="ascii")
        return {int(pid) for pid in text.split()}
    except OSError:
        return set()


def main() -> None:
    """Set the process up from its settings, and serve."""
    _prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    _prctl(PR_SET_CHILD_SUBREAPER, 1)
    _prctl(PR_SET_DUMPABLE, 0)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    control = socket.socket(fileno=int(sys.argv[1]))
    settings = json.loads(control.recv(_LINE))
    if os.getppid() != settings["parent"]:
        return
    sys.path[:] = [*sys.path, *settings["paths"]]
    os.chdir("/")  # where somebody works, and under which name, is no worker's business
    Server(control, settings).serve()
    os._exit(0)  # nothing is left to tidy, and the trusted process waits


if __name__ == "__main__":
    main()
