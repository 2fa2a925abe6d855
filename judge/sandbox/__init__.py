"""The protocol of a sandbox: a place where a submission runs and cannot reach its judge.

A sandbox hands out workers, each a fresh process. A worker is asked one thing at a time and answers
with data, or raises one of the four kinds of `judge.errors.WorkerEnded`.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Protocol

if TYPE_CHECKING:
    from judge.wire import Message


LEVELS = ("none", "reduced", "full")  # of isolation, the weakest first


@dataclass(frozen=True, slots=True)
class Peaks:
    """The highest use of memory since `Worker.clear_peaks`, in bytes, for the whole process."""

    resident: int
    virtual: int


class Worker(Protocol):
    """One process that runs one submission."""

    @property
    def charged(self) -> float:
        """Seconds that the last request counts for."""

    def ask(self, kind: str, value: dict[str, Any] | None, seconds: float) -> Message:
        """Send a request and wait at most `seconds` for its reply. Raises WorkerEnded."""

    def clear_peaks(self) -> None:
        """Forget the memory peaks so far."""

    def peaks(self) -> Peaks:
        """The memory peaks, read from outside while the worker lives."""

    def kill(self) -> None:
        """End it at once, from any thread; who waits for it sees it die."""

    def output(self) -> str:
        """The beginning of what the submission printed."""


class Sandbox(Protocol):
    """Hands out workers."""

    level: Literal["full", "reduced", "none"]
    layers: tuple[str, ...]

    def start(self) -> object:
        """Start what the workers come from, from a thread that lives on. Raises SandboxError."""

    def worker(self, memory: int) -> AbstractContextManager[Worker]:
        """A fresh worker that may allocate `memory` bytes; it dies with all its descendants."""

    def close(self) -> None:
        """End everything that is still running."""
