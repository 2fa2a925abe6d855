"""Who moved between two gradings: results in pairs, of which only those that differ are kept."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from judge.classroom.records import Result
from judge.classroom.store import Store
from judge.results import Report, Status, Verdict


@dataclass(frozen=True)
class Stand:
    """What a result comes to in a line."""

    verdict: Verdict
    earned: float
    possible: float


@dataclass(frozen=True)
class Turned:
    """A hidden test whose outcome changed. None: it was not there."""

    title: str
    before: Status | None
    after: Status | None


@dataclass(frozen=True)
class Moved:
    """A result that changed; without `before` it is new, without `after` it is gone."""

    student: str
    challenge: str
    sample: str
    before: Stand | None
    after: Stand | None
    turned: tuple[Turned, ...] = ()

    @property
    def gain(self) -> float:
        """Points won, below zero where some were lost."""
        if self.before is None or self.after is None:
            return 0.0
        return self.after.earned - self.before.earned


@dataclass(frozen=True)
class Movement:
    """How many results were compared, and those that differ."""

    compared: int
    moved: tuple[Moved, ...]


@dataclass(frozen=True)
class _Pair:
    """A result and what it is compared with."""

    of: Result
    before: Report | None
    after: Report | None


def since_last(store: Store) -> Movement:
    """Each result against what it was before it was last graded; the others stand still."""
    pairs = (
        _Pair(result, store.before(result.id) or result.report, result.report)
        for result in store.results()
    )
    return _movement(pairs)


def against(store: Store, other: Store) -> Movement:
    """Each result against that of the same student, challenge and sample in another folder."""
    return _movement(_joined(iter(other.results()), iter(store.results())))


def _joined(left: Iterator[Result], right: Iterator[Result]) -> Iterator[_Pair]:
    """Both in the same order, so that one result of each is enough in memory."""
    before, after = next(left, None), next(right, None)
    while before is not None or after is not None:
        if after is None or (before is not None and _key(before) < _key(after)):
            assert before is not None  # noqa: S101  for mypy: the loop's own condition
            yield _Pair(before, before.report, None)
            before = next(left, None)
        elif before is None or _key(after) < _key(before):
            yield _Pair(after, None, after.report)
            after = next(right, None)
        else:
            yield _Pair(after, before.report, after.report)
            before, after = next(left, None), next(right, None)


def _key(result: Result) -> tuple[str, str, str]:
    return result.student, result.challenge, result.sample


def _movement(pairs: Iterable[_Pair]) -> Movement:
    compared, moved = 0, []
    for pair in pairs:
        compared += 1
        found = _moved(pair)
        if found.before != found.after or found.turned:
            moved.append(found)
    return Movement(compared, tuple(moved))


def _moved(pair: _Pair) -> Moved:
    result = pair.of
    both = pair.before is not None and pair.after is not None
    return Moved(
        student=result.student,
        challenge=result.challenge,
        sample=result.sample,
        before=_stand(pair.before),
        after=_stand(pair.after),
        turned=tuple(_turned(pair)) if both else (),
    )


def _stand(report: Report | None) -> Stand | None:
    if report is None:
        return None
    return Stand(report.verdict, report.points.earned, report.points.possible)


def _turned(pair: _Pair) -> Iterator[Turned]:
    was, now = (
        {(test.task, test.name): test for test in report.tests} if report else {}
        for report in (pair.before, pair.after)
    )
    for key in {**was, **now}:
        before, after = was.get(key), now.get(key)
        was_so, is_so = (one.status if one else None for one in (before, after))
        told = after or before
        if told is not None and was_so != is_so:
            yield Turned(told.title, was_so, is_so)
