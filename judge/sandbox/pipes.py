"""A worker at the other end of two pipes, for systems that can wait for no pipe.

Each blocking call is made by a thread of its own, so that the one who asks can stop waiting when
time is up. Nothing here is of one system: the process is ended and looked at through a `Job`.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import threading
from collections.abc import Callable
from queue import Empty, SimpleQueue
from typing import Generic, Protocol, TypeVar

from judge import wire
from judge.errors import SandboxError, TimeUp, TooMuchOutput, WorkerDied
from judge.sandbox import Peaks
from judge.sandbox.channel import OUTPUT_LIMIT, Channel
from judge.sandbox.posix import GRACE, stopped

_TICK = 0.05  # seconds between looks at the clock and at how much was printed

A = TypeVar("A")
B = TypeVar("B")


class Job(Protocol):
    """A process and all that it starts, seen and ended from outside."""

    def kill(self) -> None:
        """End them all."""

    def peaks(self) -> Peaks:
        """The memory peaks of the process, in bytes, since it started. Raises OSError."""

    def close(self) -> None:
        """End them all and let go."""


class PipedWorker(Channel):
    """One worker: its input and output are the channel, its error output is what it prints."""

    def __init__(self, process: subprocess.Popen[bytes], job: Job) -> None:
        super().__init__(process.pid, self._stop)
        self._process = process
        self._job = job
        self._grace = GRACE
        to_worker, from_worker, printed = (
            pipe.fileno() for pipe in (process.stdin, process.stdout, process.stderr) if pipe
        )
        self._reading: _Hand[int, bytes] = _Hand(lambda size: _read(from_worker, size))
        self._writing: _Hand[memoryview, bool] = _Hand(lambda data: _write(to_worker, data))
        self._printing = threading.Thread(target=self._drain, args=(printed,), daemon=True)
        self._printing.start()

    # --- bytes, before the deadline ------------------------------------------------------------

    def _read(self, view: memoryview) -> None:
        while view:
            data = self._done(self._reading, min(len(view), wire.CHUNK))
            if not data:
                raise WorkerDied(self._how_it_ended())
            view[: len(data)] = data
            view = view[len(data) :]

    def _write(self, data: memoryview | bytes) -> None:
        if not self._done(self._writing, memoryview(data)):
            raise WorkerDied(self._how_it_ended())

    def _done(self, hand: _Hand[A, B], ask: A) -> B:
        if hand.busy:
            raise TimeUp  # with what was asked before
        hand.begin(ask)
        while True:
            left = self._clock.left()
            if left <= 0:
                raise TimeUp
            if self._printed_size > OUTPUT_LIMIT:
                raise TooMuchOutput(OUTPUT_LIMIT)
            with contextlib.suppress(Empty):
                return hand.result(min(left, _TICK))

    def _drain(self, printed: int) -> None:
        while self._printed_size <= OUTPUT_LIMIT and (data := _some(printed, 65536)):
            self._keep(data)

    def output(self) -> str:
        """The beginning of what the submission printed, undecodable bytes replaced."""
        return bytes(self._printed).decode("utf-8", "replace")

    # --- memory, and the end ---------------------------------------------------------------------

    def clear_peaks(self) -> None:
        """Nothing: they are of the whole life of the process."""

    def peaks(self) -> Peaks:
        """The memory peaks, in bytes, of the living worker. Raises WorkerDied."""
        if self._process.poll() is not None:
            raise WorkerDied(self._how_it_ended())
        return self._job.peaks()

    def kill(self) -> None:
        """End it at once, from any thread; who waits for it sees it die."""
        if self._ending is None:
            self._job.kill()

    def close(self) -> None:
        """Kill the worker and all its descendants; it can be asked nothing more."""
        self._grace = 0.0
        with contextlib.suppress(SandboxError):
            self._how_it_ended()
        self._job.close()
        threads = (self._writing.end(), self._reading.end(), self._printing)
        pipes = (self._process.stdin, self._process.stdout, self._process.stderr)
        for thread, pipe in zip(threads, pipes, strict=True):
            thread.join(GRACE)
            # Closing what a thread waits for would wait as well; a daemon thread harms nobody.
            if pipe is not None and not thread.is_alive():
                pipe.close()

    def _stop(self) -> int | None:
        return stopped(self._process, self._job.kill, self._grace)


class _Hand(Generic[A, B]):
    """A thread that makes one blocking call at a time; its result can be waited for."""

    def __init__(self, work: Callable[[A], B]) -> None:
        self.busy = False
        self._work = work
        self._asks: SimpleQueue[tuple[A] | None] = SimpleQueue()
        self._results: SimpleQueue[B] = SimpleQueue()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def begin(self, ask: A) -> None:
        """Start the call."""
        self.busy = True
        self._asks.put((ask,))

    def result(self, seconds: float) -> B:
        """What the call gave. Raises Empty when it is not done in time."""
        found = self._results.get(timeout=seconds)
        self.busy = False
        return found

    def end(self) -> threading.Thread:
        """Take no more calls; the thread ends with the one it makes."""
        self._asks.put(None)
        return self._thread

    def _run(self) -> None:
        while (ask := self._asks.get()) is not None:
            self._results.put(self._work(*ask))


def _read(descriptor: int, size: int) -> bytes:
    """So many bytes, or nothing when there will not be so many."""
    data = bytearray()
    while len(data) < size:
        part = _some(descriptor, size - len(data))
        if not part:
            return b""
        data += part
    return bytes(data)


def _some(descriptor: int, size: int) -> bytes:
    try:
        return os.read(descriptor, size)
    except OSError:
        return b""


def _write(descriptor: int, data: memoryview) -> bool:
    """Whether all of it went."""
    view = data
    try:
        while view:
            view = view[os.write(descriptor, view[: wire.CHUNK]) :]
    except OSError:
        return False
    return True
