"""Workers as processes, forked by the fork server of a sandbox."""

from __future__ import annotations

import contextlib
import os
import socket
import threading
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Literal

from judge.errors import SandboxError
from judge.sandbox import Worker
from judge.sandbox.channel import ForkedWorker
from judge.sandbox.forkserver import ForkServer, fork_server

_ALWAYS = ("process", "rlimits", "session", "empty environment")


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
                self._server = fork_server(self._packages)
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
