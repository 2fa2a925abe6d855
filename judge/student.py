"""Student: what a hidden test can do with a submission.

Everything a Student returns is a fresh plain value or NumPy array, checked by `judge.wire`. What
goes wrong on the submission's side ends the test by `Stop`, with an outcome and its evidence.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, get_args

import numpy as np

from judge.calls import Exchange, Layout, Step, Take, exchanged, is_tensor, keep_small, path_of
from judge.conversation import Conversation, Target
from judge.errors import WorkerEnded
from judge.history import History
from judge.program import Measured, Program, Worker
from judge.remotes import Remote, with_gradients
from judge.replies import (
    STRANGE,
    Stop,
    read_forbidden,
    read_gradients,
    read_measured,
    texts,
)
from judge.results import Status
from judge.wire import Ref

if TYPE_CHECKING:
    from judge.reference import Reference


class Student(Conversation):
    """One submission in a fresh worker, as one hidden test sees it."""

    def __init__(
        self, worker: Worker, program: Program, seconds: float, rng: np.random.Generator
    ) -> None:
        super().__init__(worker, program, seconds)
        self.rng = rng
        self.imports = program.imports
        self.history = History()
        self.small: list[Exchange] = []  # the calls that take little memory
        self._reference: Reference | None = None

    # --- what tests use ------------------------------------------------------------------------

    def call(self, name: str, /, *args: Any, take: Take = None, **kwargs: Any) -> Any:
        """Call a function of the submission; its value, or the part of it named by `take`."""
        reply = self._call(name, args, kwargs, take=path_of(take))
        return self._received(reply, Step("call", name, args, kwargs), path_of(take))

    def call_many(
        self, name: str, calls: Iterable[Sequence[Any]], /, *, take: Take = None, **kwargs: Any
    ) -> list[Any]:
        """Call it once for each list of arguments, in one message; the values in order."""
        listed = [tuple(args) for args in calls]
        self._begin(name, listed[0] if listed else (), kwargs)
        ask = {
            "function": name,
            "calls": [[self._outgoing(arg) for arg in args] for args in listed],
            "kwargs": self._outgoing(kwargs),
            "take": list(path_of(take)),
        }
        values = self._expect(self._ask("many", ask), "value").value
        if type(values) is not list or len(values) != len(listed):
            raise Stop(Status.CRASHED, self._with_call(STRANGE))
        return [
            self._received(value, Step("call", name, args, kwargs), path_of(take))
            for value, args in zip(values, listed, strict=True)
        ]

    def keep(self, name: str, /, *args: Any, **kwargs: Any) -> Remote:
        """Call it and leave the result in the worker."""
        reply = self._call(name, args, kwargs, keep=True)
        return self._remote(reply, Step("call", name, args, kwargs))

    def put(self, value: Any, layout: Layout = "C") -> Remote:
        """Build an argument in the worker.

        `layout` is the memory layout of an array or a tensor: C, F, transposed (last two axes),
        reversed (negative strides, which tensors have not) or strided (every other element of a
        larger buffer). Raises ValueError.
        """
        if layout not in get_args(Layout):
            raise ValueError(f"layout={layout!r}; it is one of {', '.join(get_args(Layout))}")
        if layout == "reversed" and is_tensor(value):
            raise ValueError("layout='reversed': a tensor has no negative strides")
        reply = self._ask("put", {"value": self._outgoing(value), "layout": layout}).value
        return self._remote(reply, Step("put", args=(value,)), known=value)

    def measure(
        self, name: str, /, *args: Any, take: Take = None, trace: bool = True, **kwargs: Any
    ) -> Measured:
        """Call it and measure time and memory; without `trace` nothing is traced, and it is faster.

        Measured peaks belong to one call in a fresh worker: measure once in a test.
        """
        ask = self._request(name, args, kwargs, path_of(take))
        self._expect(self._ask("measure", None), "ready")
        self._worker.clear_peaks()
        # The arguments come only now: nothing can be computed from them before the peaks count.
        started = time.perf_counter()
        found = self._expect(self._ask("go", {**ask, "trace": trace}), "measured").value
        seconds = time.perf_counter() - started
        try:
            peaks = self._worker.peaks()
        except WorkerEnded as ended:
            raise self._ended(ended) from None
        value, counts, line = read_measured(found)
        return Measured(
            value=self._received(value, Step("call", name, args, kwargs), path_of(take)),
            seconds=seconds,
            traced_bytes=counts["traced"],
            resident_bytes=peaks.resident,
            virtual_bytes=peaks.virtual,
            returned_bytes=counts["returned"],
            largest=counts["largest"],
            find_line=lambda: line or self._line(ask),
        )

    def vjp(
        self,
        name: str,
        args: Sequence[Any],
        cotangent: Any,
        /,
        *,
        wrt: Sequence[int | str] | None = None,
        take: Take = None,
        **kwargs: Any,
    ) -> tuple[Any, list[Any]]:
        """The value of a call, and the gradients of `(value * cotangent).sum()`.

        `wrt` names arguments by position or keyword: all float tensors by default. A gradient is
        None where autograd finds no way to it. For a result of several tensors `cotangent` is a
        list.
        """
        step = with_gradients(Step("call", name, tuple(args), kwargs), cotangent, wrt, take)
        found = self._gradients(name, step)
        return found["value"], found["gradients"]

    def make(self, name: str, /, *args: Any, **kwargs: Any) -> Remote:
        """An object of a class of the submission, or of the challenge's `support.`"""
        return self.keep(name, *args, **kwargs)

    def seed(self, number: int) -> None:
        """Set the worker's global generators: Python's, NumPy's and torch's."""
        self._ask("seed", {"seed": number})
        self.history.add(Step("seed", args=(number,)))

    def random_state(self) -> str:
        """A digest of the worker's global random state, Python's and NumPy's."""
        found = self._ask("random", {}).value
        return found if type(found) is str else ""

    @property
    def reference(self) -> Reference:
        """The reference solution, for measuring what the task needs."""
        if self._reference is None:
            raise LookupError("this Student was made without a reference")
        return self._reference

    # --- what grading uses ---------------------------------------------------------------------

    def with_reference(self, reference: Reference) -> Student:
        self._reference = reference
        return self

    def load(self) -> tuple[str, ...]:
        """Run the submission's definitions; notes of what was passed over. Raises Stop."""
        self._phase = "load"
        try:
            ask = {
                "plan": self._program.plan,
                "allowed": list(self._program.allowed),
                "forbidden": list(self._program.forbidden),
                "support": self._program.support,
                "returns": {name: list(names) for name, names in self._program.returns.items()},
            }
            reply = self._ask("load", ask)
        finally:
            self._phase = "call"
        if reply.kind == "refused":
            raise Stop(Status.CRASHED, read_forbidden(reply.value))
        return texts(reply.value.get("notes")) if type(reply.value) is dict else ()

    def live(
        self, names: Sequence[str], digests: Mapping[str, str]
    ) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Which of `names` are defined, and which differ from their digest in a kernel."""
        found = self._ask("live", {"names": list(names), "digests": dict(digests)}).value
        if type(found) is not dict:
            return (), ()
        return texts(found.get("defined")), texts(found.get("changed"))

    # --- requests ------------------------------------------------------------------------------

    def _call(
        self,
        name: Target,
        args: Sequence[Any],
        kwargs: dict[str, Any],
        *,
        take: tuple[str | int, ...] = (),
        keep: bool = False,
    ) -> Any:
        request = self._request(name, args, kwargs, take)
        return self._expect(self._ask("call", {**request, "keep": keep}), "value").value

    def _gradients(self, target: Target, step: Step) -> dict[str, Any]:
        """Value, gradients of arguments and of parameters; the exchange is remembered."""
        ask = {
            **self._request(target, step.args, step.kwargs, step.take),
            "cotangent": self._outgoing(step.cotangent),
            "wrt": list(step.wrt),
            "parameters": step.owner is not None,
        }
        reply = self._expect(self._ask("vjp", ask), "value").value
        found = read_gradients(reply, len(step.wrt))
        given = [*found["gradients"], *found["parameters"].values()]
        if not all(gradient is None or is_tensor(gradient) for gradient in given):
            raise Stop(Status.CRASHED, self._with_call(STRANGE))
        self._received(found, step)
        return {**found, "value": self._with_remotes(found["value"])}

    def _request(
        self,
        name: Target,
        args: Sequence[Any],
        kwargs: dict[str, Any],
        take: tuple[str | int, ...],
    ) -> dict[str, Any]:
        self._begin(name, args, kwargs)
        return {
            "function": name if isinstance(name, str) else list(name),
            "args": [self._outgoing(arg) for arg in args],
            "kwargs": self._outgoing(kwargs),
            "take": list(take),
        }

    def _line(self, ask: dict[str, Any]) -> str | None:
        try:
            line = self._ask("locate", ask).value
        except Stop:
            return None
        return line if type(line) is str else None

    # --- values --------------------------------------------------------------------------------

    def _received(self, value: Any, step: Step, take: tuple[str | int, ...] = ()) -> Any:
        """The value of a call for the test; it is noted, to be had again elsewhere."""
        return self._noted(self.history.answered(step, take, value), value)

    def _noted(self, exchange: Exchange | None, value: Any) -> Any:
        """The value for the test; the exchange is remembered where there is one, and it tells."""
        if exchange is not None and value is not None and not isinstance(value, Ref):
            self.last = exchange
            keep_small(self.small, exchange)
        return self._with_remotes(value)

    def _with_remotes(self, value: Any) -> Any:
        return exchanged(value, Ref, lambda ref: Remote(self, ref))

    def _remote(self, value: Any, step: Step, *, known: Any = None) -> Remote:
        """What this request has left in the worker."""
        if not isinstance(value, Ref):
            raise Stop(Status.CRASHED, self._with_call(STRANGE))
        return Remote(self, value, kept=self.history.add(step), known=known)
