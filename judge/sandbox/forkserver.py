"""The fork server, seen from the trusted process that starts it.

Nothing here needs NumPy: a command launches the server first and imports what it needs itself while
the server imports what workers need.
"""

from __future__ import annotations

import contextlib
import importlib.util
import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

from judge.errors import SandboxError
from judge.sandbox.privileges import hide

CPU_SECONDS = 120  # the wall clock is the limit; this only stops what nobody is left to stop
FULL_SECONDS = 30.0  # to wait for a process: longer than a worker may take
_PAUSE = 0.02
_START_SECONDS = 60.0
_LINE = 65536
_ENTRY = "judge.worker.__main__"
_LIMITS = "judge.sandbox.limits"
_CONFINE = "judge.sandbox.confine"
_WARM = "judge.worker.watching"
_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS")
ENVIRONMENT = {"LC_ALL": "C.UTF-8", **dict.fromkeys(_THREADS, "1")}  # all that a worker is given

_Key = tuple[tuple[str, ...], int]  # packages, and the thread: a server dies with its thread
_launched: dict[_Key, ForkServer] = {}


def launch_ahead(packages: Sequence[str]) -> None:
    """Start a fork server, without waiting, for a sandbox that this thread will start soon."""
    key = (tuple(packages), threading.get_ident())
    if sys.platform == "linux" and key not in _launched:
        with contextlib.suppress(SandboxError):  # who starts the sandbox will be told
            _launched[key] = ForkServer(packages)


def fork_server(packages: Sequence[str]) -> ForkServer:
    """A fork server that is ready: the one launched ahead, or a new one. Raises SandboxError."""
    server = _launched.pop((tuple(packages), threading.get_ident()), None)
    if server is None or not server.runs():
        server = ForkServer(packages)
    server.wait()
    return server


class ForkServer:
    """One running fork server: `wait` before the first worker. Questions take turns."""

    def __init__(self, packages: Sequence[str]) -> None:
        hide()  # from here on this process knows what no submission may see
        folders = folders_of(("judge", "msgspec", "numpy", *packages))
        self._lock = threading.Lock()
        self._control, theirs = socket.socketpair()
        self._control.settimeout(_START_SECONDS)
        script = Path(__file__).with_name("server.py")
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603  our own script, by path
                [sys.executable, "-I", "-S", str(script), str(theirs.fileno())],
                env=ENVIRONMENT,
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                start_new_session=True,
            )
        settings = {
            "parent": os.getpid(),
            "paths": folders,
            "entry": _ENTRY,
            "limits": _LIMITS,
            "confine": _CONFINE,
            "preload": packages,
            "warm": _WARM if "torch" in packages else None,
        }
        self.level: Literal["none", "full", "reduced"] = "none"  # known once it is ready
        self.layers: tuple[str, ...] = ()
        self.missing: dict[str, str] = {}  # layer -> why it is not in force
        with contextlib.suppress(OSError):  # it has ended: `wait` says why
            self._control.sendall(json.dumps(settings).encode())

    def wait(self) -> None:
        """Wait until it has imported what workers need. Raises SandboxError."""
        try:
            ready = self._heard()
        except BaseException:
            self.close()
            raise
        self.level = ready["level"]
        self.layers = tuple(ready["layers"])
        self.missing = dict(ready["missing"])

    def runs(self) -> bool:
        return self._process.poll() is None

    def fork(self, memory: int, wire_fd: int, output_fd: int) -> int:
        """Fork a worker onto these descriptors; its process id. Raises SandboxError.

        While there is no process to be had it is tried again: another worker may hold them all,
        until it is stopped.
        """
        question = {"memory": memory, "seconds": CPU_SECONDS}
        deadline = time.monotonic() + FULL_SECONDS
        while (answer := self._ask(question, [wire_fd, output_fd]))["full"]:
            if time.monotonic() > deadline:
                raise SandboxError("No process could be started for a worker: there are too many.")
            time.sleep(_PAUSE)
        pid: int | None = answer["pid"]
        if pid is None:
            raise SandboxError("A worker could not be confined as the ones before it.")
        return pid

    def stop(self, pid: int) -> int | None:
        """Kill a worker and its descendants; the exit code it had ended with before, if it had."""
        status: int | None = self._ask({"stop": pid})["status"]
        return status

    def _ask(self, question: dict[str, Any], fds: Sequence[int] = ()) -> dict[str, Any]:
        line = json.dumps(question).encode()
        with self._lock:
            return self._heard(line, fds)

    def _heard(self, line: bytes = b"", fds: Sequence[int] = ()) -> dict[str, Any]:
        """Its next answer, after it was told `line`. Raises SandboxError."""
        try:
            if fds:
                socket.send_fds(self._control, [line], fds)
            elif line:
                self._control.sendall(line)
            answer = self._control.recv(_LINE)
        except BaseException as error:  # Ctrl-C and a timeout too
            self._kill()  # its answer would be taken for that of the next question
            if isinstance(error, OSError):
                what = "does not answer" if isinstance(error, TimeoutError) else "has ended"
                raise SandboxError(f"The fork server {what}: {error}") from error
            raise
        if not answer:
            raise SandboxError(f"The fork server ended. {self._last_words()}".strip())
        heard: dict[str, Any] = json.loads(answer)
        return heard

    def _last_words(self) -> str:
        with contextlib.suppress(subprocess.TimeoutExpired, ValueError):
            errors = self._process.communicate(timeout=2)[1]
            return errors.decode(errors="replace").strip()[-2000:]
        return ""

    def close(self) -> None:
        """End the server and, with it, every worker."""
        self._control.close()
        try:
            self._process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self._kill()
        if self._process.stderr is not None:
            self._process.stderr.close()

    def _kill(self) -> None:
        self._process.kill()
        self._process.wait()


def folders_of(packages: Sequence[str]) -> list[str]:
    """The folders that hold `packages`, each once, in order. Raises SandboxError."""
    folders: dict[str, None] = {}
    for name in packages:
        spec = importlib.util.find_spec(name)
        if spec is None or not spec.submodule_search_locations:
            raise SandboxError(f"The package {name} is not installed; a worker needs it.")
        folder = Path(next(iter(spec.submodule_search_locations))).absolute().parent
        folders[str(folder)] = None
    return list(folders)
