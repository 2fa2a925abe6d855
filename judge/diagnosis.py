"""Naming a mistake: the mutants run on the call that a hidden test failed on.

Different code with the same mistake gives the same wrong numbers to about rounding, other mistakes
differ by far more; so outputs are compared, not sources.
"""

from __future__ import annotations

import contextlib
import copy
import itertools
import sys
import time
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from msgspec import structs

from judge.calls import Exchange, is_numbers
from judge.challenge import Challenge, reference_submission
from judge.errors import ChallengeError
from judge.mutants import Mutant, read_mutants
from judge.paths import walk
from judge.results import Changed, CostTooHigh, Misconception, Outcome, Status
from judge.submission import Submission

DIAGNOSIS_SECONDS = 0.8  # the most that naming mistakes may take in one check; a tenth is usual
_MOST = 0.8  # of that time: while so much is left, further calls are looked at
_TRIES = 3  # wrong calls of a task on which all mutants are tried
_LARGEST = 1_000_000  # elements of the arguments of a call that is worth repeating
_ROUNDING = {"float64": 1e-9, "float32": 1e-4}  # other code with the same mistake differs by less
_SMALL = 1e-3  # of the largest number: what is below may be rounding, and is measured by this
_EFFECT = 1e3  # a mistake moves a value by more than this many times its rounding
_TELLING = 3  # distinct numbers that a value needs: zeros, or NaN, come from many mistakes

_Array = np.ndarray[Any, Any]


class Diagnosis:
    """Names the mistake of a wrong output by running the mutants on the same call.

    The author's code runs here, in the trusted process, as the hidden tests do.
    """

    def __init__(self, challenge: Challenge) -> None:
        self._variants = _Variants(challenge)

    def name(self, outcomes: Sequence[Outcome], exchanges: Mapping[str, Exchange]) -> list[Outcome]:
        """The outcomes, those with a known mistake named."""
        found: dict[str, Misconception] = {}
        # Where a mutant's own test has passed it is another mistake, where it was not asked for
        # nobody knows.
        unsettled = {outcome.name for outcome in outcomes if outcome.status is not Status.PASSED}
        possible = [m for m in self._variants.mutants if unsettled.issuperset(m.killed_by)]
        # This thread's own time: what is named must not depend on what else the machine does.
        deadline = time.thread_time() + DIAGNOSIS_SECONDS
        with _quiet():
            for task in dict.fromkeys(outcome.task for outcome in outcomes):
                told = [o.name for o in outcomes if o.task == task and _is_told(o, exchanges)]
                probes = [_Probe(n, exchanges[n], self._variants, deadline) for n in told]
                found |= _of_task(probes, possible)
        return [
            structs.replace(outcome, misconception=found.get(outcome.name)) for outcome in outcomes
        ]


def _is_told(outcome: Outcome, exchanges: Mapping[str, Exchange]) -> bool:
    """Whether an outcome is about the value of a call that can be made again, and says something.

    Where NaN was passed, the value shows only how far it has spread.
    """
    exchange = exchanges.get(outcome.name)
    if exchange is None or isinstance(outcome.evidence, Changed | CostTooHigh):
        return False
    spoilt = any(np.isnan(array).any() for array in _arrays((exchange.args, exchange.kwargs)))
    return not spoilt and _size(exchange) <= _LARGEST and any(True for _ in _arrays(exchange.value))


def _of_task(probes: Sequence[_Probe], possible: Sequence[Mutant]) -> dict[str, Misconception]:
    """The mistake that equals one of the smallest wrong calls, for each call that it equals."""
    by_size = sorted(probes, key=lambda probe: _size(probe.exchange))
    wrong = (probe for probe in by_size if probe.is_wrong())
    for first in itertools.islice(wrong, _TRIES):
        others = [probe for probe in by_size if probe is not first and probe.like(first)]
        if equal := _narrowed(first, first.equal(possible), others):
            said = Misconception(
                name=" or ".join(mutant.name for mutant in equal),
                text=" / ".join(mutant.misconception for mutant in equal),
                match="equals",
            )
            # In the order of the report: what is read first is told first, while time is left.
            in_time = (probe for probe in probes if probe.is_early())
            same = [probe.test for probe in in_time if probe.equal(equal[:1])]
            return dict.fromkeys([first.test, *same], said)
    return {}


def _narrowed(first: _Probe, equal: Sequence[Mutant], others: Sequence[_Probe]) -> Sequence[Mutant]:
    """Of mutants that equal the first call, those that equal others, too.

    Others are asked only while more than one mutant is left, or while all the values so far say
    little; then a mutant that does not explain another wrong call is not named.
    """
    telling = _tells(first.exchange.value)
    for other in (other for other in others if other.is_wrong()):
        if not equal or (telling and len(equal) == 1):
            break
        fewer = other.equal(equal)
        if fewer or not telling:
            equal = fewer
        telling = telling or _tells(other.exchange.value)
    return equal


@dataclass(frozen=True)
class _Probe:
    """A call that a test failed on, to try the author's variants on."""

    test: str
    exchange: Exchange
    variants: _Variants
    deadline: float

    @cached_property
    def _differs(self) -> bool:
        right = self.variants.value(None, self.exchange)
        return right is not None and not self._is_close(right, slack=_EFFECT)

    @cached_property
    def _floor(self) -> float:
        """What is far below the largest number may be zero but for rounding: see `_agrees`."""
        return _largest(self.exchange.value) * _SMALL

    def _is_close(self, value: Any, slack: float = 1.0) -> bool:
        return _agrees(value, self.exchange.value, self._floor, slack)

    def is_wrong(self) -> bool:
        """Whether the student's value is another than a right solution's; False if time is up."""
        return time.thread_time() <= self.deadline and self._differs

    def like(self, other: _Probe) -> bool:
        """Whether the same function was called."""
        return self.exchange.function == other.exchange.function

    def is_early(self) -> bool:
        """Whether most of the time is left."""
        return self.deadline - time.thread_time() > DIAGNOSIS_SECONDS * _MOST

    def equal(self, mutants: Sequence[Mutant]) -> Sequence[Mutant]:
        """Those that give the student's value, where a right solution does not.

        None where time does not suffice for all: which one is named must not be luck.
        """
        mutants = [m for m in mutants if self.variants.touches(m, self.exchange.function)]
        if not mutants or not self.is_wrong():
            return []
        found = []
        for mutant in mutants:
            if time.thread_time() > self.deadline:
                return []
            if self._is_close(self.variants.value(mutant, self.exchange)):
                found.append(mutant)
        return found


class _Variants:
    """The reference and its mutants, as functions to call."""

    def __init__(self, challenge: Challenge) -> None:
        self._challenge = challenge
        self._returns = {task.name: task.returns for task in challenge.tasks}
        self._namespaces: dict[str, dict[str, Any]] = {}

    @cached_property
    def _reference(self) -> Submission:
        return reference_submission(self._challenge)

    @cached_property
    def mutants(self) -> tuple[Mutant, ...]:
        """None without the author's part: a student's version of a challenge has no mutants."""
        try:
            return read_mutants(self._challenge)
        except ChallengeError:
            return ()

    def touches(self, mutant: Mutant, function: str) -> bool:
        """Whether the mutant may give another value of this function than the reference.

        A cell that differs and defines other tasks only is no concern of it.
        """
        changed = [c.source for c in mutant.submission.cells if c not in self._reference.cells]
        defined = {f for f in self._returns if any(f"def {f}(" in source for source in changed)}
        return not defined or function in defined

    def value(self, mutant: Mutant | None, exchange: Exchange) -> Any:
        """What a mutant, or the reference, returns for this call; None when it raises."""
        try:
            function = self._namespace(mutant)[exchange.function]
            return _repeated(function, exchange, self._returns.get(exchange.function, ()))
        except Exception:  # noqa: BLE001  a mutant may fail in any way
            return None

    def _namespace(self, mutant: Mutant | None) -> dict[str, Any]:
        name = mutant.name if mutant else ""
        if name not in self._namespaces:
            namespace = self._namespaces[name] = {"__name__": "submission"}
            for cell in (mutant.submission if mutant else self._reference).cells:
                # The author's own code, trusted like the hidden tests.
                exec(compile(cell.source, cell.label, "exec"), namespace)  # noqa: S102
        return self._namespaces[name]


def _repeated(function: Any, exchange: Exchange, names: Sequence[str]) -> Any:
    """What this function, or an object of this class, gives for the call of an exchange."""
    made, args, kwargs, cotangent = copy.deepcopy(
        (exchange.made, exchange.args, exchange.kwargs, exchange.cotangent)
    )
    trained: Mapping[str, Any] = {}
    if made is not None:
        from judge import objects

        owner = function(*made.args, **made.kwargs)
        for path, value in made.settings:
            objects.assign(owner, path, value)
        function, names = objects.bound(owner, exchange.method), ()
        trained = objects.parameters(owner)
    if cotangent is None:
        return walk(function(*args, **kwargs), exchange.take, names)
    from judge import objects

    inputs = [args[key] if isinstance(key, int) else kwargs[key] for key in exchange.wrt]
    return objects.vjp(
        lambda: walk(function(*args, **kwargs), exchange.take, names), inputs, trained, cotangent
    )


# --- comparing values -------------------------------------------------------------------------


def _agrees(mine: Any, theirs: Any, floor: float, slack: float) -> bool:
    """Whether the author's value is the student's within rounding; dicts of theirs may have more.

    NaN and infinities are in the same places. Errors are relative to the largest number of an
    array, or to `floor`.
    """
    if isinstance(mine, dict):
        known = isinstance(theirs, dict) and mine.keys() <= theirs.keys()
        return known and all(_agrees(mine[key], theirs[key], floor, slack) for key in mine)
    if isinstance(mine, list | tuple):
        alike = isinstance(theirs, list | tuple) and len(mine) == len(theirs)
        return alike and all(_agrees(a, b, floor, slack) for a, b in zip(mine, theirs, strict=True))
    a, b = _numbers(mine), _numbers(theirs)
    if a is None or b is None:
        return type(mine) is type(theirs) and bool(np.array_equal(mine, theirs))
    return _same_numbers(a, b, floor, slack)


def _same_numbers(a: _Array, b: _Array, floor: float, slack: float) -> bool:
    finite = np.isfinite(a)
    if a.shape != b.shape or not np.array_equal(a[~finite], b[~finite], equal_nan=True):
        return False
    difference = np.abs(_wide(a[finite]) - _wide(b[finite]))  # NaN where only b is not finite
    scale = max(float(np.max(np.abs(_wide(a[finite])), initial=0.0)), floor) or 1.0
    precision = max(_ROUNDING.get(array.dtype.name, 1e-9) for array in (a, b))
    return bool(np.max(difference, initial=0.0) <= precision * slack * scale)


def _tells(value: Any) -> bool:
    """Whether a value has a few distinct numbers."""
    seen: set[Any] = set()
    for array in _arrays(value):
        finite = array[np.isfinite(array)]
        seen.update(finite[:: finite.size // 1000 + 1].tolist())
    return len(seen) >= _TELLING


def _size(exchange: Exchange) -> int:
    return sum(array.size for array in _arrays((exchange.args, exchange.kwargs)))


def _arrays(value: Any) -> Iterator[_Array]:
    """The arrays of numbers in a value, single numbers included; empty ones are left out."""
    if isinstance(value, dict):
        yield from _arrays(list(value.values()))
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _arrays(item)
    elif (array := _numbers(value)) is not None and array.size:
        yield array


def _numbers(value: Any) -> _Array | None:
    """Numbers as an array, None for all else. Truth values are no numbers."""
    if is_numbers(value) and not isinstance(value, np.ndarray):
        from judge.tensors import as_array

        value = as_array(value)
    known = isinstance(value, np.ndarray | np.generic | int | float | complex)
    array = np.asarray(value) if known and not isinstance(value, bool) else None
    return array if array is not None and array.dtype.kind in "iufc" else None


def _wide(array: _Array) -> _Array:
    """In a dtype to subtract in: small integers and halves must not wrap."""
    return array.astype(np.complex128 if np.iscomplexobj(array) else np.float64)


def _largest(value: Any) -> float:
    sizes = [np.abs(_wide(array[np.isfinite(array)])) for array in _arrays(value)]
    return max((float(np.max(size, initial=0.0)) for size in sizes), default=0.0)


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Overflow and the like are what mutants are made of; NumPy's random state is not theirs."""
    state = np.random.get_state()  # noqa: NPY002  a mutant may call np.random.seed
    torch = sys.modules.get("torch")
    drawn = torch.get_rng_state() if torch is not None else None
    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            yield
    finally:
        if torch is not None:
            torch.set_rng_state(drawn)
        np.random.set_state(state)  # noqa: NPY002  what the caller of grade() draws next is theirs
