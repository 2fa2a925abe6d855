"""The conversation with one worker: requests, the calls back that they cause, and how it ends."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator, Sequence
from typing import Any

from msgspec import structs

from judge.calls import Elsewhere, Exchange, Recorded, describe_call, exchanged, room_beside
from judge.errors import TimeUp, TooMuchOutput, WorkerEnded
from judge.program import Program, Worker
from judge.remotes import Remote
from judge.replies import (
    STRANGE,
    Stop,
    read_exception,
    read_forbidden_call,
    read_missing,
    says_unwritten,
)
from judge.results import AnyEvidence, Call, Died, LimitHit, Raised, Status
from judge.wire import Function, Message, Ref

_TEXT = 200  # characters of a text that is not ours
_MOST_GIVEN = 100_000  # numbers and other items that a function of the test is called with

Target = str | tuple[Ref, str]  # a function, or an object and its method


class Conversation:
    """Requests to one worker, all of them within one limit of time."""

    def __init__(self, worker: Worker, program: Program, seconds: float) -> None:
        self.last: Exchange | None = None  # the last call that can be made again elsewhere
        self._worker = worker
        self._program = program
        self._limit = self._left = seconds
        self._functions: list[Recorded] = []
        self._phase: Any = "call"
        self._asked: tuple[Target, Sequence[Any], dict[str, Any]] | None = None

    @property
    def last_call(self) -> Call | None:
        """The call that was made last, as the reader writes it."""
        if self._asked is None:
            return None
        name, args, kwargs = self._asked
        said = name if isinstance(name, str) else f"{name[0].type[:_TEXT]}.{name[1]}"
        return describe_call(said, self._program.parameters.get(said, ()), args, kwargs)

    @contextlib.contextmanager
    def aside(self) -> Iterator[None]:
        """Calls in the block only probe: once it has ended well, a failure is about the one before.

        Central differences call the forward many times, and what is wrong is the gradient. No known
        mistake is looked for then: what was compared is no value that a call gave.
        """
        before = self._asked
        yield
        self._asked, self.last = before, None

    def _who(self) -> str:
        """The function that was called last."""
        asked = self.last_call if self._phase == "call" else None
        return "it" if asked is None else asked.text.partition("(")[0]

    def _begin(self, name: Target, args: Sequence[Any], kwargs: dict[str, Any]) -> None:
        """Note a call that is about to be made: what goes wrong from now on is about it."""
        self._asked, self.last = (name, args, kwargs), None

    def _ask(self, kind: str, value: dict[str, Any] | None) -> Message:
        """One request, with the calls back that it causes. Raises Stop."""
        reply = self._exchange(kind, value)
        while reply.kind == "callback":
            reply = self._exchange(*self._answer(reply.value))
        if reply.kind == "raised":
            raise self._raised(reply.value)
        if reply.kind == "missing":
            raise read_missing(reply.value)
        if reply.kind == "forbidden":
            raise Stop(Status.FAILED, self._with_call(read_forbidden_call(reply.value)))
        return reply

    def _exchange(self, kind: str, value: Any) -> Message:
        """One message there and one back. Raises Stop."""
        try:
            return self._worker.ask(kind, value, self._left)
        except WorkerEnded as ended:
            raise self._ended(ended) from None
        finally:
            self._left -= self._worker.charged

    def _expect(self, reply: Message, kind: str) -> Message:
        if reply.kind != kind:
            raise Stop(Status.CRASHED, self._with_call(STRANGE))
        return reply

    def _ended(self, ended: WorkerEnded) -> Stop:
        evidence: AnyEvidence
        if isinstance(ended, TimeUp):
            evidence = LimitHit(phase=self._phase, what="time", limit=self._limit)
        elif isinstance(ended, TooMuchOutput):
            evidence = LimitHit(phase=self._phase, what="output", limit=ended.limit)
        else:
            return Stop(Status.CRASHED, self._with_call(Died(phase=self._phase, how=str(ended))))
        return Stop(Status.EXCEEDED, self._with_call(evidence))

    def _raised(self, found: Any) -> Stop:
        name, text, frames = read_exception(found)
        if says_unwritten(found):
            return Stop(Status.NOT_ATTEMPTED, reason=f"{self._who()} raises NotImplementedError")
        if name == "MemoryError":
            limit = LimitHit(phase=self._phase, what="memory", limit=self._program.memory)
            return Stop(Status.EXCEEDED, self._with_call(limit))
        raised = Raised(phase=self._phase, type=name, text=text, frames=frames)
        return Stop(Status.CRASHED, self._with_call(raised))

    def _with_call(self, evidence: AnyEvidence) -> AnyEvidence:
        return structs.replace(evidence, call=self.last_call) if self._phase == "call" else evidence

    def _answer(self, ask: Any) -> tuple[str, Any]:
        """Run one of the test's own functions for the submission; the request to go on with.

        Whatever it raises is the submission's to see: it may have been called with anything.
        """
        if type(ask) is not dict or type(ask.get("id")) is not int:
            raise Stop(Status.CRASHED, self._with_call(STRANGE))
        number, args, kwargs = ask["id"], ask.get("args"), ask.get("kwargs")
        ours = 0 <= number < len(self._functions)
        if not ours or type(args) is not tuple or type(kwargs) is not dict:
            raise Stop(Status.CRASHED, self._with_call(STRANGE))
        if room_beside((args, kwargs), _MOST_GIVEN) < 0:
            return "failed", f"arguments of more than {_MOST_GIVEN} numbers"
        started = time.thread_time()
        try:
            return "answer", self._outgoing(self._functions[number](*args, **kwargs))
        except Stop:
            raise
        except Exception as error:  # noqa: BLE001  of a function called with anything
            kind = "" if type(error) is ValueError else f"{type(error).__name__}: "
            return "failed", f"{kind}{error}"[:_TEXT]  # the submission sees a ValueError
        finally:  # how often, and with what, is the submission's choice
            self._left -= time.thread_time() - started

    def _outgoing(self, value: Any) -> Any:
        """`value` as it travels: what is elsewhere by its number."""
        return exchanged(value, Elsewhere, self._number)

    def _number(self, value: Remote | Recorded) -> Ref | Function:
        if isinstance(value, Remote):
            return value.ref
        self._functions.append(value)
        return Function(len(self._functions) - 1)
