"""Naming a mistake: the mutants run on the call that a hidden test failed on.

Different code with the same mistake gives the same wrong numbers to about rounding, other mistakes
differ by far more; so outputs are compared, not sources. Where no mutant's are equal a pattern may
fit, and where none does, two mutants at once may be equal.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from msgspec import structs

from judge.calls import Exchange
from judge.challenge import Challenge
from judge.diagnosis.likeness import Gap, apart, arrays, floor_of, has_fractions, tells
from judge.diagnosis.parts import Facts, Part, moves_only_wrong, parts_of
from judge.diagnosis.patterns import Pattern, find_patterns, sentence
from judge.diagnosis.repeating import quiet
from judge.diagnosis.variants import Variants, size
from judge.mutants import Mutant, both
from judge.results import Changed, CostTooHigh, Misconception, Outcome, Status

DIAGNOSIS_SECONDS = 0.8  # the most that naming mistakes may take in one check; a tenth is usual
_MOST = 0.8  # of that time: while so much is left, further calls are looked at
_TRIES = 3  # wrong calls of a task on which all mutants are tried
_LARGEST = 1_000_000  # elements of the arguments of a call that is worth repeating
_NEARER = 1e3  # times: so much nearer is the student's value to a mutant's than to a right one
_QUICK = 1e-3  # seconds that a call may take for pairs of mutants to be tried on it

_Named = dict[str, Misconception]  # of each hidden test


class Diagnosis:
    """Names the mistake of a wrong output by running the mutants on the same call.

    The author's code runs here, in the trusted process, as the hidden tests do.
    """

    def __init__(self, challenge: Challenge) -> None:
        self._variants = Variants(challenge)

    def name(
        self,
        outcomes: Sequence[Outcome],
        exchanges: Mapping[str, Exchange],
        small: Mapping[str, Sequence[Exchange]] | None = None,
    ) -> list[Outcome]:
        """The outcomes, those with a known mistake named.

        `exchanges` are the calls that tests failed on; of each test `small` has all small ones.
        """
        found: _Named = {}
        # Where a mutant's own test has passed it is another mistake, where it was not asked for
        # nobody knows.
        unsettled = {outcome.name for outcome in outcomes if outcome.status is not Status.PASSED}
        possible = [m for m in self._variants.mutants if unsettled.issuperset(m.killed_by)]
        with quiet():
            self._variants.warm_up([e for e in exchanges.values() if size(e) <= _LARGEST])
            # This thread's own time: what is named must not depend on what else the machine does.
            deadline = time.thread_time() + DIAGNOSIS_SECONDS
            kept = ((o, exchange) for o in outcomes for exchange in (small or {}).get(o.name, ()))
            # Without gradients: the first in a process takes most of the time.
            plain = (pair for pair in kept if not pair[1].has_gradients)
            aside = [_Probe(*pair, self._variants, deadline) for pair in plain]
            unnamed = []
            for task in dict.fromkeys(outcome.task for outcome in outcomes):
                told = [o for o in outcomes if o.task == task and _is_told(o, exchanges)]
                probes = [_Probe(o, exchanges[o.name], self._variants, deadline) for o in told]
                named = _of_task(probes, possible, aside) or _fitting(probes)
                found |= named
                unnamed += [] if named else [probes]
            for probes in unnamed:  # last, for it may take all the time that is left
                found |= _paired(probes, possible)
        return [
            structs.replace(outcome, misconception=found.get(outcome.name, outcome.misconception))
            for outcome in outcomes  # one from an earlier check keeps its name: no call was made
        ]


def _is_told(outcome: Outcome, exchanges: Mapping[str, Exchange]) -> bool:
    """Whether an outcome is about the value of a call that can be made again, and says something.

    Where NaN was passed, the value shows only how far it has spread.
    """
    exchange = exchanges.get(outcome.name)
    if exchange is None or isinstance(outcome.evidence, CostTooHigh):
        return False
    if isinstance(outcome.evidence, Changed) and exchange.is_returned:
        return False  # it is about bytes that were sent, not about what came back
    spoilt = any(np.isnan(array).any() for array in arrays(exchange.given))
    return not spoilt and size(exchange) <= _LARGEST and any(True for _ in arrays(exchange.value))


# --- ways of naming ---------------------------------------------------------------------------


def _of_task(
    probes: Sequence[_Probe], possible: Sequence[Mutant], aside: Sequence[_Probe]
) -> _Named:
    """The mistake that equals one of the smallest wrong calls, for each call that it equals.

    Where the wrong values say little, those `aside` are asked, too.
    """
    by_size = _by_size(probes)
    wrong = (probe for probe in by_size if probe.is_wrong())
    for first in itertools.islice(wrong, _TRIES):
        others = [probe for probe in by_size if probe is not first and probe.like(first)]
        others = [probe for probe in others if not probe.has_spread()]
        equal = _narrowed(first, first.equal(possible), others)
        if not any(tells(p.exchange.value) and p.is_wrong() for p in (first, *others)):
            equal = _uncontradicted(equal, [probe for probe in aside if probe.like(first)])
            # Where a few integers suit several mistakes they may suit any that nobody thought of.
            equal = equal if len(equal) == 1 or has_fractions(first.exchange.value) else []
        if equal:
            return _spread(first, probes, equal)
    return {}


def _spread(first: _Probe, probes: Sequence[_Probe], equal: Sequence[Mutant]) -> _Named:
    """What equals the first call, named for it and for other calls that it equals."""
    said = Misconception(
        name=" or ".join(mutant.name for mutant in equal),
        text=" / ".join(mutant.misconception for mutant in equal),
        match="equals",
    )
    # In the order of the report: what is read first is told first, while time is left.
    in_time = (probe for probe in probes if probe.is_early())
    same = [probe.test for probe in in_time if probe.equal(equal[:1])]
    return dict.fromkeys([first.test, *same], said)


def _narrowed(first: _Probe, equal: Sequence[Mutant], others: Sequence[_Probe]) -> Sequence[Mutant]:
    """Of mutants that equal the first call, those that equal others, too.

    Others are asked only while more than one mutant is left, or while all the values so far say
    little; then a mutant that does not explain another wrong call is not named.
    """
    telling = tells(first.exchange.value)
    for other in (other for other in others if other.is_wrong()):
        if not equal or (telling and len(equal) == 1):
            break
        fewer = other.equal(equal)
        if fewer or not telling:
            equal = fewer
        telling = telling or tells(other.exchange.value)
    return equal


def _uncontradicted(equal: Sequence[Mutant], aside: Sequence[_Probe]) -> Sequence[Mutant]:
    """Those of these mutants that are right wherever the student is right."""
    return [m for m in equal if not any(probe.contradicts(m) for probe in aside)]


def _fitting(probes: Sequence[_Probe]) -> _Named:
    """The pattern of the smallest wrong call that tells something; others with it have it, too."""
    # A pattern speaks of what a call returns, not of what it writes.
    returned = [probe for probe in _by_size(probes) if probe.exchange.is_returned]
    telling = [probe for probe in returned if tells(probe.exchange.value, whole=True)]
    # Float32 inside float64 is wrong by less than what a mutant is looked for.
    wrong = (p for is_wrong in (_Probe.is_wrong, _Probe.is_off) for p in telling if is_wrong(p))
    first = next(wrong, None)
    if first is None or not first.patterns:
        return {}
    names = [pattern.name for pattern in first.patterns]
    others = [probe for probe in telling if probe is not first and probe.like(first)]
    for other in itertools.islice((other for other in others if other.is_wrong()), _TRIES):
        if len(names) > 1:
            theirs = {pattern.name for pattern in other.patterns}
            names = [name for name in names if name in theirs] or names
    in_time = (probe for probe in others if probe.is_early() and probe.is_off())
    found = {probe.test: probe.fits(names) for probe in (first, *in_time)}
    return {test: said for test, said in found.items() if said is not None}


def _paired(probes: Sequence[_Probe], possible: Sequence[Mutant]) -> _Named:
    """Two mistakes at once, which equal the smallest wrong call that is quick, and like calls."""
    wrong = (probe for probe in _by_size(probes) if probe.is_wrong())
    tried = list(itertools.islice(wrong, _TRIES))
    first = next((probe for probe in tried if probe.is_quick()), None)
    if first is None or not first.tells_wrong():
        return {}
    others = [probe for probe in tried if probe is not first and probe.like(first)]
    for pair in first.pairs(possible):
        if first.equal([pair]) and all(other.equal([pair]) for other in others):
            return _spread(first, probes, [pair])
    return {}


def _by_size(probes: Sequence[_Probe]) -> Sequence[_Probe]:
    return sorted(probes, key=lambda probe: size(probe.exchange))


@dataclass(frozen=True)
class _Probe:
    """A call that a test failed on, to try the author's variants on."""

    outcome: Outcome
    exchange: Exchange
    variants: Variants
    deadline: float

    @property
    def test(self) -> str:
        return self.outcome.name

    @cached_property
    def _right(self) -> Any:
        """What a right solution returns; None when it raises."""
        return self.variants.value(None, self.exchange)

    @cached_property
    def _floor(self) -> float:
        return floor_of(self.exchange.value)

    @cached_property
    def _off(self) -> Gap:
        """Between the student's value and a right one."""
        return Gap() if self._right is None else self._apart(self._right)

    @cached_property
    def _facts(self) -> Facts:
        return self.variants.facts(self.exchange)

    def _apart(self, value: Any) -> Gap:
        return apart(value, self.exchange.value, self._floor)

    def _parts(self, value: Any) -> list[Part]:
        return list(parts_of(value, self._right, self._facts))

    def _in_time(self) -> bool:
        return time.thread_time() <= self.deadline

    def is_wrong(self) -> bool:
        """Whether the student's value is another than a right solution's; False if time is up."""
        return self._in_time() and self._off.effects > 1

    def is_off(self) -> bool:
        """Whether it is another by anything but rounding; False if time is up."""
        return self._in_time() and self._off.roundings > 1

    def is_early(self) -> bool:
        """Whether most of the time is left."""
        return self.deadline - time.thread_time() > DIAGNOSIS_SECONDS * _MOST

    def is_quick(self) -> bool:
        """Whether a right solution takes so little time that hundreds of mutants can be tried."""
        started = time.thread_time()
        self.variants.value(None, self.exchange)
        return time.thread_time() - started <= _QUICK

    def like(self, other: _Probe) -> bool:
        """Whether the same functions were called, for what they return or for what they write."""
        mine, theirs = self.exchange, other.exchange
        same = mine.functions == theirs.functions
        return same and mine.is_returned == theirs.is_returned

    def has_spread(self) -> bool:
        """Whether NaN is in a gradient: how far it gets in a backward is a matter of style."""
        value = self.exchange.value
        return self.exchange.has_gradients and any(np.isnan(array).any() for array in arrays(value))

    def tells_wrong(self) -> bool:
        """Whether the wrong numbers alone say something: NaN has many reasons."""
        parts = [part for part in self._parts(self.exchange.value) if not part.is_right]
        off = [p.wrong[p.errors > 1] if p.same_form and p.wrong is not None else () for p in parts]
        return tells(off)

    @cached_property
    def patterns(self) -> tuple[Pattern, ...]:
        """Those that fit how this value differs from a right one."""
        return find_patterns(self.exchange.value, self._right, self._facts)

    def fits(self, names: Sequence[str]) -> Misconception | None:
        """Those of these patterns that fit this value, in words."""
        fitting = [pattern for pattern in self.patterns if pattern.name in names]
        if not fitting:
            return None
        name = " or ".join(pattern.name for pattern in fitting)
        text = sentence(fitting, closed=self.outcome.visibility == "hidden")
        return Misconception(name=name, text=text, match="fits")

    def equal(self, mutants: Sequence[Mutant]) -> Sequence[Mutant]:
        """Those that give the student's value, where a right solution does not.

        None where time does not suffice for all: which one is named must not be luck.
        """
        mutants = [m for m in mutants if self.variants.touches(m, self.exchange)]
        if not mutants or not self.is_wrong():
            return []
        found = []
        for mutant in mutants:
            if not self._in_time():
                return []
            gap = self._apart(self.variants.value(mutant, self.exchange))
            if gap.roundings <= 1 and gap.share * _NEARER <= self._off.share:
                found.append(mutant)
        return found

    def contradicts(self, mutant: Mutant) -> bool:
        """Whether the mutant is wrong here, where the student is right; True if time is up."""
        if not self._in_time():
            return True
        if not self.variants.touches(mutant, self.exchange) or self._off.effects > 1:
            return False
        return self._apart(self.variants.value(mutant, self.exchange)).effects > 1

    def pairs(self, mutants: Sequence[Mutant]) -> Iterator[Mutant]:
        """Patches, two at a time, each of which alone changes wrong numbers only.

        They end when time is up.
        """
        theirs, alone = self._parts(self.exchange.value), []
        for mutant in mutants:
            if not self._in_time():
                return
            if mutant.patch is not None and self.variants.touches(mutant, self.exchange):
                mine = self._parts(self.variants.value(mutant, self.exchange))
                alone += [mutant] if moves_only_wrong(mine, theirs) else []
        for one, other in itertools.combinations(alone, 2):
            if not self._in_time():
                return
            if (pair := both(self.variants.reference, one, other)) is not None:
                yield pair
