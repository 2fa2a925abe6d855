"""Looking at processes from outside."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

from judge.sandbox.process import ProcessSandbox

ROOT = Path(__file__).resolve().parents[2]
LONG = 20.0  # seconds: reached only when something is broken


def is_alive(pid: int) -> bool:
    """Whether a process exists and is no zombie."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace")
    except OSError:
        return False
    return text.rpartition(")")[2].split()[0] not in "ZX"


def children_of(pid: int) -> list[int]:
    text = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii")
    return [int(child) for child in text.split()]


def only_the_spare(server: int) -> bool:
    """Whether a fork server comes to have no child but the worker that is ready ahead."""
    return eventually(lambda: len(children_of(server)) == 1)


def server_of(sandbox: ProcessSandbox) -> int:
    return sandbox.start()._process.pid


def eventually(holds: Callable[[], bool]) -> bool:
    """Whether it comes to hold; the kernel delivers signals in its own time."""
    tick = threading.Event()
    return any(holds() or tick.wait(0.01) for _ in range(500)) and holds()


def descriptors() -> int:
    """How many descriptors this process has open."""
    return len(list(Path("/proc/self/fd").iterdir()))
