"""Workers without a fork server, for macOS and Windows: each one is a new interpreter.

Every hidden test gets a worker of its own, as on Linux. One for a whole task would save the start
(about 0.15 s with NumPy, mostly imports) and would carry caches, patches and memory peaks from one
test to the next: a verdict would then depend on the platform.

What exists of limits is tried in each worker before it sees a submission. The level is never more
than `reduced`: files, the network and other processes of this user stay within reach.
"""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, Literal, Protocol

from judge.errors import SandboxError, WorkerEnded
from judge.sandbox import Worker
from judge.sandbox.forkserver import CPU_SECONDS, folders_of
from judge.sandbox.posix import Posix
from judge.sandbox.privileges import hide
from judge.sandbox.windows import Windows

_BEGIN = "import sys; sys.path += sys.argv[2:]; from judge.sandbox.spawn_worker import main; main()"
_START_SECONDS = 60.0
_TRIAL = 512 << 20  # bytes for the worker that is only asked what its limits are
_ALWAYS = ("process", "empty environment")
_CONFINING = ("landlock", "seccomp", "no capabilities", "namespaces")
_NOT_HERE = "only workers of the fork server enter it, which needs Linux"


class Spawned(Worker, Protocol):
    """A worker that its sandbox can end."""

    def close(self) -> None:
        """Kill it and what it started."""


class System(Protocol):
    """What spawning asks of an operating system."""

    @property
    def python(self) -> str:
        """The interpreter that runs workers."""

    @property
    def limits(self) -> str:
        """The module by which a worker limits itself, if it can be imported there."""

    @property
    def layers(self) -> Sequence[str]:
        """What it does for a worker."""

    @property
    def missing(self) -> Mapping[str, str]:
        """What it cannot do, and why."""

    def spawn(self, command: Callable[[str], list[str]], memory: int) -> Spawned:
        """A process that runs `command`, given the name of its channel. Raises SandboxError."""


class SpawnSandbox:
    """Hands out workers, each a process started anew.

    `packages` are the third-party packages a submission may import.
    """

    def __init__(self, packages: Sequence[str], system: System | None = None) -> None:
        # What is in force is known once a worker has tried it.
        self.level: Literal["full", "reduced", "none"] = "none"
        self.layers: tuple[str, ...] = ()
        self.missing: dict[str, str] = {}
        self._packages = tuple(packages)
        self._system = system or (Windows() if os.name == "nt" else Posix())
        self._lock = threading.Lock()
        self._in_force: dict[str, Any] | None = None
        self._folders: list[str] = []
        self._open: set[Spawned] = set()

    def start(self) -> SpawnSandbox:
        """Find out what limits a worker here, once. Raises SandboxError."""
        with self._lock:
            if self._in_force is None:
                hide()  # from here on this process knows what no submission may see
                self._folders = folders_of(("judge", "msgspec", "numpy", *self._packages))
                worker, found = self._begun(_TRIAL)
                worker.close()
                self._in_force = found
                limits = [f"rlimits {' '.join(found['limits'])}"] if found["limits"] else []
                self.level = "reduced"
                self.layers = (*_ALWAYS, *self._system.layers, *limits)
                confining = dict.fromkeys(_CONFINING, _NOT_HERE)
                self.missing = {**confining, **found["missing"], **self._system.missing}
        return self

    @contextlib.contextmanager
    def worker(self, memory: int) -> Iterator[Worker]:
        """A fresh worker that may allocate `memory` bytes. Raises SandboxError."""
        self.start()
        worker, found = self._begun(memory)
        self._open.add(worker)
        try:
            if found != self._in_force:
                raise SandboxError("A worker could not be limited as the ones before it.")
            yield worker
        finally:
            self._open.discard(worker)
            worker.close()

    def close(self) -> None:
        """End every worker."""
        for worker in list(self._open):
            worker.kill()

    def _begun(self, memory: int) -> tuple[Spawned, dict[str, Any]]:
        """A worker that is ready for a submission, and which limits it has. Raises SandboxError."""
        worker = self._system.spawn(partial(_command, self._system.python, self._folders), memory)
        ask = {
            "preload": list(self._packages),
            "limits": self._system.limits,
            "memory": memory,
            "seconds": CPU_SECONDS,
        }
        try:
            reply = worker.ask("start", ask, _START_SECONDS)
        except WorkerEnded as ended:
            why = f"{ended or 'it did not answer'}. {worker.output()}"
            worker.close()
            raise SandboxError(f"A worker did not start: {why}".strip()) from None
        except BaseException:
            worker.close()
            raise
        if reply.kind != "started":
            worker.close()
            raise SandboxError(f"A worker could not start: {reply.value.get('text')}")
        return worker, reply.value


def _command(python: str, folders: Sequence[str], channel: str) -> list[str]:
    return [python, "-I", "-S", "-c", _BEGIN, channel, *folders]
