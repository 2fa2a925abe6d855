"""A peer at the other end of a worker's channel that sends whatever it likes.

It reads a request, sends the next bytes of its script, and in the end closes the channel, says
nothing more, drips, floods, or prints without end. It waits for no clock: it goes on until the
trusted side has had enough.
"""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from queue import SimpleQueue
from types import TracebackType

from judge import wire
from judge.sandbox.channel import ForkedWorker

LIMITS = wire.Limits(header=1 << 14, payload=1 << 18, texts=1 << 16)
ENDINGS = ("silence", "drip", "flood", "print")  # those that never end by themselves
_DRIP = 0.002  # seconds between two bytes


@dataclass(frozen=True)
class Script:
    """What is sent: `early` before any request, then one part after each; then the ending."""

    parts: tuple[bytes, ...]
    early: bytes = b""
    ending: str = "close"


class Guarded(ForkedWorker):
    """The real trusted side, its limits so small that lies about them cost nothing."""

    limits = LIMITS


class Peer:
    """Plays one script after the other, in a thread of its own."""

    def __init__(self) -> None:
        self._scripts: SimpleQueue[tuple[socket.socket, int, Script] | None] = SimpleQueue()
        self._played: SimpleQueue[None] = SimpleQueue()
        self._thread = threading.Thread(target=self._play_all, daemon=True)
        # A process that only waits: its clock and its memory are looked at, and it is never asked.
        self._idle = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)

    def __enter__(self) -> Peer:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self._scripts.put(None)
        self._thread.join()
        self._idle.communicate(b"\n")

    @contextlib.contextmanager
    def worker(self, script: Script, status: int | None) -> Iterator[Guarded]:
        """The trusted side of a worker that follows `script` and then ends with `status`."""
        ours, theirs = socket.socketpair()
        reading, printing = os.pipe()
        worker = Guarded(self._idle.pid, ours, reading, lambda: status)
        theirs.sendall(script.early)  # it is there before anything is asked
        self._scripts.put((theirs, printing, script))
        try:
            yield worker
        finally:
            worker.close()
            self._played.get()

    def _play_all(self) -> None:
        while (job := self._scripts.get()) is not None:
            channel, printing, script = job
            enough = contextlib.suppress(OSError, EOFError)
            with channel, os.fdopen(printing, "wb", buffering=0) as output, enough:
                _play(channel, output.write, script)
            self._played.put(None)


def _play(channel: socket.socket, output: wire.Write, script: Script) -> None:
    """Raises OSError and EOFError when the other side has had enough."""
    for part in script.parts:
        _read_request(channel)
        channel.sendall(part)
    if script.ending == "close":
        return
    tick = threading.Event()
    while True:
        if script.ending == "silence":
            if not channel.recv(1 << 16):
                raise EOFError
        elif script.ending == "drip":
            channel.sendall(b"\0")
            tick.wait(_DRIP)
        elif script.ending == "flood":
            channel.sendall(bytes(1 << 12))
        else:
            output(b"x" * (1 << 16))


def _read_request(channel: socket.socket) -> None:
    prefix = channel.recv(wire.PREFIX.size, socket.MSG_WAITALL)
    if len(prefix) < wire.PREFIX.size:
        raise EOFError
    left = sum(wire.PREFIX.unpack(prefix))
    while left:
        data = channel.recv(min(left, 1 << 16))
        if not data:
            raise EOFError
        left -= len(data)
