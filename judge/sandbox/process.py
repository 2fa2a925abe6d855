"""Workers as processes: the fork server, seen from the trusted process that started it."""

from __future__ import annotations

import contextlib
import importlib.util
import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Literal

from judge.errors import SandboxError
from judge.sandbox import Worker
from judge.sandbox.channel import ForkedWorker
from judge.sandbox.privileges import hide

CPU_SECONDS = 120  # the wall clock is the limit; this only stops what nobody is left to stop
_START_SECONDS = 60.0
_LINE = 65536
_ENTRY = "judge.worker.__main__"
_LIMITS = "judge.sandbox.limits"
_CONFINE = "judge.sandbox.confine"
_ALWAYS = ("process", "rlimits", "session", "empty environment")
_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS")
ENVIRONMENT = {"LC_ALL": "C.UTF-8", **dict.fromkeys(_THREADS, "1")}  # all that a worker is given


class ProcessSandbox:
    """Hands out workers forked by one fork server, which starts on first use.

    `packages` are the third-party packages a submission may import. Start it from a thread that
    lives on: where the kernel supports it, the server dies with the thread that started it.
    """

    def __init__(self, packages: Sequence[str]) -> None:
        # What is in force is known once the fork server has tried it.
        self.level: Literal["full", "reduced", "none"] = "none"
        self.layers: tuple[str, ...] = ()
        self.missing: dict[str, str] = {}  # layer -> why it is not in force
        self._packages = tuple(packages)
        self._lock = threading.Lock()
        self._server: ForkServer | None = None
        self._starter = 0  # the thread that started it

    def start(self) -> ForkServer:
        """The running fork server, started anew if there is none. Raises SandboxError."""
        with self._lock:
            if self._server is None or not self._server.runs():
                self._close()
                self._server = ForkServer(self._packages)
                self._starter = threading.get_ident()
                self.level = self._server.level
                self.layers = (*_ALWAYS, *self._server.layers)
                self.missing = self._server.missing
            return self._server

    @contextlib.contextmanager
    def worker(self, memory: int) -> Iterator[Worker]:
        """A fresh worker that may allocate `memory` bytes. Raises SandboxError."""
        server = self._running()
        ours, theirs = socket.socketpair()
        out_read, out_write = os.pipe()
        try:
            pid = server.fork(memory, theirs.fileno(), out_write)
        except BaseException:
            ours.close()
            os.close(out_read)
            raise
        finally:
            theirs.close()
            os.close(out_write)
        worker = ForkedWorker(pid, ours, out_read, partial(server.stop, pid))
        try:
            yield worker
        finally:
            worker.close()

    def _running(self) -> ForkServer:
        """The fork server for one more worker. Raises SandboxError.

        Where it has ended, only the thread that started it starts another: one of a thread that
        soon ends would take the workers of all others with it.
        """
        server = self._server
        if server is not None and server.runs():
            return server
        if server is not None and self._starter != threading.get_ident():
            raise SandboxError("The fork server has ended, and all workers with it. Check again.")
        return self.start()

    def close(self) -> None:
        """End the fork server and every worker."""
        with self._lock:
            self._close()

    def _close(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None


class ForkServer:
    """One running fork server. Questions from several threads take turns."""

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
        }
        try:
            ready = self._ask(settings)
        except BaseException:
            self.close()
            raise
        self.level: Literal["full", "reduced"] = ready["level"]
        self.layers: tuple[str, ...] = tuple(ready["layers"])
        self.missing: dict[str, str] = dict(ready["missing"])

    def runs(self) -> bool:
        return self._process.poll() is None

    def fork(self, memory: int, wire_fd: int, output_fd: int) -> int:
        """Fork a worker onto these descriptors; its process id. Raises SandboxError."""
        question = {"memory": memory, "seconds": CPU_SECONDS}
        pid: int | None = self._ask(question, [wire_fd, output_fd])["pid"]
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
            try:
                if fds:
                    socket.send_fds(self._control, [line], fds)
                else:
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
        folders[str(Path(next(iter(spec.submodule_search_locations))).parent)] = None
    return list(folders)
