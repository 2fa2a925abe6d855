"""The trusted side of one worker: its channel, what it prints, its memory seen from outside."""

from __future__ import annotations

import abc
import contextlib
import os
import re
import select
import signal
import socket
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from judge import wire
from judge.errors import RulesBroken, SandboxError, TimeUp, TooMuchOutput, WorkerDied
from judge.sandbox import Peaks
from judge.sandbox.clock import Clock

OUTPUT_KEPT = 20_000
OUTPUT_LIMIT = 10_000_000
# Seconds to look again before going to sleep: to be woken takes about as long as a small call.
_AWAKE = 1e-4 if (os.cpu_count() or 1) > 1 else 0.0


def _flags(*names: str) -> int:
    """Those that this system has, as a plain number: an enum's `|` costs as much as a message."""
    return sum(int(getattr(socket, name, 0)) for name in names)


_AT_ONCE = _flags("MSG_DONTWAIT")
_LOOK = _flags("MSG_DONTWAIT", "MSG_PEEK")
_SEND = _flags("MSG_DONTWAIT", "MSG_NOSIGNAL")  # macOS has no such: Python ignores SIGPIPE anyway


class Channel(abc.ABC):
    """Questions to one worker, each with one answer before a deadline, and what it prints.

    How bytes travel, and how the process is looked at and ended, is for each kind of worker to say.
    """

    limits = wire.Limits()  # of a reply

    def __init__(self, pid: int, end: Callable[[], int | None]) -> None:
        self.pid = pid
        self._end = end
        self._ending: str | None = None
        self._number = 0
        self._clock = Clock(pid, 0.0)
        self._printed = bytearray()
        self._printed_size = 0

    def ask(self, kind: str, value: dict[str, Any] | None, seconds: float) -> wire.Message:
        """Send a request and wait at most `seconds` for its reply. Raises WorkerEnded."""
        self._clock = Clock(self.pid, seconds)
        self._number += 1
        if self._has_spoken():
            raise RulesBroken("an answer to no question")
        wire.write_message(wire.Message(kind, self._number, value), self._write)
        try:
            reply = wire.read_message(self._read, self.limits)
        except wire.WireError as error:
            raise RulesBroken(str(error)) from None
        if reply.number != self._number:
            raise RulesBroken("an answer to no question")
        return reply

    @property
    def charged(self) -> float:
        """Seconds that the last request counts for."""
        return self._clock.charged()

    def _has_spoken(self) -> bool:
        """Whether bytes wait that nobody asked for, as far as that can be seen."""
        return False

    @abc.abstractmethod
    def _read(self, view: memoryview) -> None:
        """Fill `view`. Raises WorkerEnded."""

    @abc.abstractmethod
    def _write(self, data: memoryview | bytes) -> None:
        """Send all of `data`. Raises WorkerEnded."""

    def _keep(self, data: bytes) -> None:
        """Remember the beginning of what it printed."""
        self._printed_size += len(data)
        self._printed += data[: OUTPUT_KEPT - len(self._printed)]

    def _how_it_ended(self) -> str:
        if self._ending is None:
            self._ending = _ending(self._end())
        return self._ending


class ForkedWorker(Channel):
    """One worker: its channel, the pipe of its output, and its figures in /proc."""

    def __init__(
        self, pid: int, channel: socket.socket, output: int, end: Callable[[], int | None]
    ) -> None:
        super().__init__(pid, end)
        self._channel = channel
        self._buffer = memoryview(bytearray(wire.AHEAD))
        self._ahead = self._buffer[:0]  # read, and not asked for yet
        self._output_fd = output
        self._output_open = True
        self._poll = select.poll()
        self._poll.register(output, select.POLLIN)

    # --- bytes, before the deadline ------------------------------------------------------------

    def _has_spoken(self) -> bool:
        try:
            return bool(self._ahead or self._channel.recv(1, _LOOK))
        except OSError:
            return False  # nothing waits; or it has ended, which writing will find

    def _read(self, view: memoryview) -> None:
        while view:
            if len(view) >= wire.AHEAD and not self._ahead:
                view = self._rest(view, self._receive(view))
                continue
            if not self._ahead:  # a small message comes whole
                self._ahead = self._buffer[: self._receive(self._buffer)]
            size = min(len(view), len(self._ahead))
            view[:size], self._ahead = self._ahead[:size], self._ahead[size:]
            view = self._rest(view, size)

    def _receive(self, view: memoryview) -> int:
        """Wait for bytes, and put as many as there are into `view`; how many."""
        awake = time.perf_counter() + _AWAKE
        while True:
            try:
                size = self._channel.recv_into(view, len(view), _AT_ONCE)
            except BlockingIOError:
                if time.perf_counter() > awake:
                    self._wait(select.POLLIN)
                continue
            except OSError:
                size = 0
            if not size:
                raise WorkerDied(self._how_it_ended())
            return size

    def _write(self, data: memoryview | bytes) -> None:
        view = memoryview(data)
        while view:
            try:
                size = self._channel.send(view, _SEND)
            except BlockingIOError:
                self._wait(select.POLLOUT)
                continue
            except OSError:
                raise WorkerDied(self._how_it_ended()) from None
            view = self._rest(view, size)

    def _rest(self, view: memoryview, size: int) -> memoryview:
        """What is left after `size` bytes. Raises TimeUp: who never makes us wait runs out, too."""
        if size < len(view) and self._clock.left() <= 0:
            raise TimeUp
        return view[size:]

    def _wait(self, event: int) -> None:
        """Wait until the channel is ready, draining what the submission prints meanwhile."""
        channel = self._channel.fileno()
        self._poll.register(channel, event)
        while True:
            left = self._clock.left()
            if left <= 0:
                raise TimeUp
            ready = dict(self._poll.poll(max(1.0, left * 1000)))
            if self._output_fd in ready:
                self._drain()
            if self._printed_size > OUTPUT_LIMIT:
                raise TooMuchOutput(OUTPUT_LIMIT)
            if channel in ready:
                return

    def _drain(self) -> None:
        data = os.read(self._output_fd, 65536)
        if not data:
            self._poll.unregister(self._output_fd)
            self._output_open = False
            return
        self._keep(data)

    def output(self) -> str:
        """The beginning of what the submission printed, undecodable bytes replaced."""
        while self._output_open and self._printed_size <= OUTPUT_LIMIT:
            if self._output_fd not in dict(self._poll.poll(0)):
                break
            self._drain()
        return self._printed.decode("utf-8", "replace")

    # --- memory --------------------------------------------------------------------------------

    def clear_peaks(self) -> None:
        """Forget the resident peak so far (Linux 4.0; elsewhere the peak is of the whole life)."""
        with contextlib.suppress(OSError):
            Path(f"/proc/{self.pid}/clear_refs").write_text("5", encoding="ascii")

    def peaks(self) -> Peaks:
        """The memory peaks, in bytes, of the living worker. Raises WorkerDied."""
        try:
            text = Path(f"/proc/{self.pid}/status").read_text(encoding="ascii", errors="replace")
        except OSError:
            raise WorkerDied(self._how_it_ended()) from None
        # The name is the worker's own to choose, so no other line is looked at.
        found = dict(re.findall(r"^(VmHWM|VmSwap|VmPeak):\s*(\d+) kB$", text, re.MULTILINE))
        if "VmHWM" not in found:  # it has answered and ended: a zombie has no memory
            raise WorkerDied(self._how_it_ended())
        resident = int(found["VmHWM"]) + int(found.get("VmSwap", 0))
        return Peaks(resident * 1024, int(found["VmPeak"]) * 1024)

    def kill(self) -> None:
        """End it at once, from any thread; who waits for it sees it die."""
        if self._ending is None:  # else its process id may be another's by now
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)

    # --- the end -------------------------------------------------------------------------------

    def close(self) -> None:
        """Kill the worker and all its descendants; it can be asked nothing more."""
        self._channel.close()
        os.close(self._output_fd)
        self._output_open = False
        with contextlib.suppress(SandboxError):
            self._how_it_ended()


def _ending(status: int | None) -> str:
    if status is None:
        return "it closed its channel"
    if status < 0:
        try:
            name = f" ({signal.Signals(-status).name})"
        except ValueError:
            name = ""
        return f"killed by signal {-status}{name}"
    return f"left with exit code {status}"
