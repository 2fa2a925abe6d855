"""The reference and its mutants, as code to make a test's requests of."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from types import CodeType
from typing import Any

from judge.calls import Exchange
from judge.challenge import Challenge, read_support, reference_submission
from judge.diagnosis.likeness import arrays
from judge.diagnosis.parts import Facts, facts_of
from judge.diagnosis.repeating import arguments_of, repeated
from judge.errors import ChallengeError
from judge.mutants import Mutant, read_mutants
from judge.paths import SUPPORT
from judge.submission import Cell, Submission


def size(exchange: Exchange) -> int:
    """How many numbers went in."""
    return sum(array.size for array in arrays(exchange.given))


class Variants:
    """The reference and its mutants, by the names that they define and those of the helpers."""

    def __init__(self, challenge: Challenge) -> None:
        self._challenge = challenge
        self._returns = {task.name: task.returns for task in challenge.tasks}
        self._namespaces: dict[str, dict[str, Any]] = {}
        self._codes: dict[Cell, CodeType] = {}

    @cached_property
    def reference(self) -> Submission:
        return reference_submission(self._challenge)

    @cached_property
    def mutants(self) -> tuple[Mutant, ...]:
        """None without the author's part: a student's version of a challenge has no mutants."""
        try:
            return read_mutants(self._challenge)
        except ChallengeError:
            return ()

    @cached_property
    def _support(self) -> dict[str, Any]:
        """The challenge's own helpers, by the names that tests call them by."""
        namespace: dict[str, Any] = {"__name__": "support"}
        exec(compile(read_support(self._challenge), "support.py", "exec"), namespace)  # noqa: S102
        return {f"{SUPPORT}{name}": value for name, value in namespace.items()}

    def touches(self, mutant: Mutant, exchange: Exchange) -> bool:
        """Whether the mutant may give another value than the reference.

        A cell that differs and defines other tasks only is no concern of it.
        """
        changed = [c.source for c in mutant.submission.cells if c not in self.reference.cells]
        defined = {f for f in self._returns if any(f"def {f}(" in source for source in changed)}
        return not defined or not defined.isdisjoint(exchange.functions)

    def value(self, mutant: Mutant | None, exchange: Exchange) -> Any:
        """What a mutant, or the reference, returns for this call; None when it raises."""
        try:
            return repeated(self._namespace(mutant), exchange, self._returns)
        except Exception:  # noqa: BLE001  a mutant may fail in any way
            return None

    def warm_up(self, exchanges: Sequence[Exchange]) -> None:
        """Make a small call with gradients once: the first in a process takes half a second.

        A function may ask for them inside, where objects are handed to it.
        """
        with_gradients = [exchange for exchange in exchanges if exchange.has_gradients]
        for some in (with_gradients, [e for e in exchanges if len(e.steps) > 1]):
            if some:
                self.value(None, min(some, key=size))

    def facts(self, exchange: Exchange) -> Facts:
        """What is known of a call, as patterns need it."""
        arguments = arguments_of(self._namespace(None), exchange)
        step = exchange.source
        whole = not exchange.path and step.owner is None
        returns = self._returns.get(step.name, ()) if whole else ()
        if step.kind != "vjp":
            return facts_of(arguments, returns, None)
        names: dict[int | str, str] = dict(enumerate(arguments))
        return facts_of(arguments, returns, [str(names.get(key, key)) for key in step.wrt])

    def _namespace(self, mutant: Mutant | None) -> dict[str, Any]:
        name = mutant.name if mutant else ""
        if (known := self._namespaces.get(name)) is not None:
            return known
        namespace: dict[str, Any] = {"__name__": "submission"}
        namespace |= self._support
        keep = mutant is None or mutant in self.mutants  # pairs are too many to be kept
        if keep:
            self._namespaces[name] = namespace
        for cell in (mutant.submission if mutant else self.reference).cells:
            # The author's own code, trusted like the hidden tests.
            code = self._codes.get(cell) or compile(cell.source, cell.label, "exec")
            if keep:
                self._codes[cell] = code
            exec(code, namespace)  # noqa: S102
        return namespace
