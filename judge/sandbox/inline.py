"""No isolation at all: the submission runs in this process, so that a debugger can stop in it.

The worker is the real one. Messages reach it as the same bytes, through memory instead of a
socket, so that values are copied and refused as anywhere. The submission runs in the thread that
calls `InlineSandbox.run`, the main one, because Ctrl-C and pdb belong to it; the tests run in a
thread of their own. Time and output are not limited, and no memory is seen from outside.
"""

from __future__ import annotations

import contextlib
import sys
import threading
from collections.abc import Callable, Iterator
from queue import SimpleQueue
from types import ModuleType
from typing import Any, Literal, TypeVar

from judge import wire
from judge.errors import RulesBroken, SandboxError, WorkerDied
from judge.sandbox import Peaks, Worker
from judge.worker import __main__ as real

T = TypeVar("T")

_STOPS = ("BdbQuit", "KeyboardInterrupt")  # what `q` in pdb and Ctrl-C raise in the submission


class InlineSandbox:
    """Hands out workers that answer in the thread that calls `run`."""

    def __init__(self) -> None:
        self.level: Literal["full", "reduced", "none"] = "none"
        self.layers: tuple[str, ...] = ()
        self._asks: SimpleQueue[tuple[_Inner, bytes] | None] = SimpleQueue()
        self._open: list[InlineWorker] = []
        self._ended = False

    def run(self, work: Callable[[], T]) -> T:
        """Do `work` in another thread and answer its workers here, until it is done.

        What `work` raises is raised again. Ctrl-C, and `q` in pdb, raise KeyboardInterrupt with
        the place where the submission was; nothing is asked any more then.
        """
        done: list[T] = []
        failed: list[BaseException] = []

        def body() -> None:
            try:
                done.append(work())
            except BaseException as error:  # noqa: BLE001  raised again by the caller's thread
                failed.append(error)
            finally:
                self._asks.put(None)

        thread = threading.Thread(target=body, daemon=True)
        thread.start()
        try:
            while (ask := self._asks.get()) is not None:
                worker, frame = ask
                worker.answer(frame)
        finally:
            self.close()
            thread.join()
        if failed:
            raise failed[0]
        return done[0]

    def start(self) -> None:
        """There is nothing to start."""

    @contextlib.contextmanager
    def worker(self, memory: int) -> Iterator[Worker]:
        """A fresh worker. `memory` is no limit here. Raises SandboxError when all has ended."""
        worker = InlineWorker(self._asks, self._next_for)
        self._open.append(worker)
        try:
            if self._ended:
                raise SandboxError("The check was ended.")
            yield worker
        finally:
            self._open.remove(worker)

    def close(self) -> None:
        """Whoever waits for an answer sees its worker end; there is no other worker then."""
        self._ended = True
        for worker in list(self._open):
            worker.kill()

    def _next_for(self, waiting: _Inner) -> bytes:
        """The next message for a worker in the middle of a call; others are answered meanwhile."""
        while (ask := self._asks.get()) is not None:
            worker, frame = ask
            if worker is waiting:
                return frame
            worker.answer(frame)
        self._asks.put(None)
        raise real.Gone


class InlineWorker:
    """The trusted side of one worker in this process."""

    def __init__(
        self,
        asks: SimpleQueue[tuple[_Inner, bytes] | None],
        next_for: Callable[[_Inner], bytes],
    ) -> None:
        self._asks = asks
        self._replies: SimpleQueue[bytes | None] = SimpleQueue()
        self._inner = _Inner(self._replies, next_for)
        self._number = 0
        self._killed = False

    @property
    def charged(self) -> float:
        """No seconds at all: time spent in a debugger is nobody's fault."""
        return 0.0

    def ask(self, kind: str, value: dict[str, Any] | None, seconds: float) -> wire.Message:
        """Send a request and wait for its reply, however long. Raises WorkerEnded."""
        self._number += 1
        frame = bytearray()
        wire.write_message(wire.Message(kind, self._number, value), frame.extend)
        self._asks.put((self._inner, bytes(frame)))
        answer = None if self._killed else self._replies.get()
        if answer is None:
            raise WorkerDied("the check was ended")
        try:
            reply = wire.read_message(_Bytes(answer).read, wire.Limits())
        except wire.WireError as error:
            raise RulesBroken(str(error)) from None
        if reply.number != self._number:
            raise RulesBroken("an answer to no question")
        return reply

    def clear_peaks(self) -> None:
        """There is nothing to forget."""

    def peaks(self) -> Peaks:
        """None: the judge's own memory is in this process too."""
        return Peaks(0, 0)

    def kill(self) -> None:
        """Wake whoever waits for an answer. The submission itself cannot be ended from here."""
        self._killed = True
        self._replies.put(None)

    def output(self) -> str:
        """Nothing: what the submission prints has gone to the terminal."""
        return ""


class _Inner(real.Worker):
    """The real worker, its messages in memory.

    Loading a submission replaces modules (`judge` by a stand-in, `__main__` by the submission).
    They are in place while it runs, and put away while the tests do.
    """

    def __init__(
        self, replies: SimpleQueue[bytes | None], next_for: Callable[[_Inner], bytes]
    ) -> None:
        super().__init__(-1)
        self._replies = replies
        self._next_for = next_for
        self._incoming = _Bytes(b"")
        self._outgoing = bytearray()
        self._inside = False  # whether the submission's modules are in place
        self._modules = _replaceable()  # the others

    def answer(self, frame: bytes) -> None:
        """Answer one request. Raises KeyboardInterrupt when the person wants to stop."""
        self._incoming = _Bytes(frame)
        message = super()._next()
        self._swap(inside=True)
        try:
            kind, value = self._answer(message)
        except real.Gone:
            return
        finally:
            self._swap(inside=False)
        if kind == "raised" and isinstance(value, dict) and value["type"] in _STOPS:
            raise KeyboardInterrupt(_place(value["frames"]))
        self._send(kind, value)

    def _next(self) -> wire.Message:
        self._incoming = _Bytes(self._next_for(self))
        self._swap(inside=True)
        return super()._next()

    def _reply(self, kind: str, value: object) -> None:
        """In the middle of a call, which `_next` goes on with."""
        self._swap(inside=False)
        self._send(kind, value)

    def _send(self, kind: str, value: object) -> None:
        self._outgoing.clear()
        super()._reply(kind, value)
        self._replies.put(bytes(self._outgoing))

    def _read(self, view: memoryview) -> None:
        self._incoming.read(view)

    def _write(self, data: memoryview | bytes) -> None:
        self._outgoing += data

    def _swap(self, *, inside: bool) -> None:
        """Put the modules of the submission in place, or those of the tests."""
        if self._inside == inside:
            return
        self._inside = inside
        others = _replaceable()
        for name in others:
            del sys.modules[name]
        sys.modules.update(self._modules)
        self._modules = others


def _replaceable() -> dict[str, ModuleType]:
    """The modules that loading a submission replaces."""
    return {
        name: module
        for name, module in list(sys.modules.items())
        if name in ("judge", "__main__", "submission") or name.startswith("judge.")
    }


def _place(frames: list[list[Any]]) -> str:
    """`cell 3, line 12: code` of the innermost frame of the submission; empty if there is none."""
    if not frames:
        return ""
    label, line, _, code = frames[-1]
    return f"{label}, line {line}: {code}" if label else f"line {line}: {code}"


class _Bytes:
    """Reads a message from memory."""

    def __init__(self, data: bytes) -> None:
        self._left = memoryview(data)

    def read(self, view: memoryview) -> None:
        size = len(view)
        view[:] = self._left[:size]
        self._left = self._left[size:]
