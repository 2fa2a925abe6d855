"""What a class, or a set of model samples, comes to: points, tests, misconceptions, times.

Results stream through once; what is kept of each is a `Row`, and sums for each hidden test.
A test is judged by those submissions in which it ran: where it was not run, not attempted or
broken, it says nothing of itself.
"""

from __future__ import annotations

import math
import statistics
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from judge.classroom.marks import MARKS, NONE, RAN
from judge.classroom.records import Result
from judge.classroom.rows import Row, row_of
from judge.results import Misconception, Outcome, Verdict

_DIGITS = 9  # of a sum of points: 0.1 + 0.2 and 0.3 are the same
_VERDICTS = tuple(Verdict)


@dataclass(frozen=True)
class Item:
    """One hidden test over all submissions.

    `discrimination` is the point-biserial correlation of passing it with the points of the other
    tests, -1 to 1; None where it is not defined: all pass, none does, or the rest is the same.
    """

    task: str
    name: str
    title: str
    group: str
    visibility: str
    possible: float
    ran: int
    passed: int
    discrimination: float | None = None

    @property
    def share(self) -> float | None:
        """Of those in which it ran, how many passed."""
        return self.passed / self.ran if self.ran else None

    @property
    def remark(self) -> Literal["", "everybody passes", "nobody passes"]:
        """What makes a test worth a look, whoever solves it."""
        if not self.ran or 0 < self.passed < self.ran:
            return ""
        return "everybody passes" if self.passed else "nobody passes"


@dataclass(frozen=True)
class Misconceived:
    """A known mistake, and the numbers of the rows that have it: first those whose output equals.

    Whoever has it in several tests counts once.
    """

    name: str
    text: str
    equals: tuple[int, ...]
    fits: tuple[int, ...]

    @property
    def count(self) -> int:
        return len(self.equals) + len(self.fits)


@dataclass(frozen=True)
class Unrun:
    """Why no hidden test ran, and the numbers of the rows it is true of."""

    reason: str
    numbers: tuple[int, ...]


@dataclass(frozen=True)
class Counted:
    """How many results have a verdict."""

    verdict: Verdict
    number: int


@dataclass(frozen=True)
class Spread:
    """Of some numbers: the mean, the middle one, the one that 95% do not exceed, the largest."""

    mean: float
    median: float
    high: float
    most: float


@dataclass(frozen=True)
class Class:
    """All results of one challenge, in the order of student and sample."""

    challenge: str
    title: str
    possible: float
    rows: tuple[Row, ...]
    items: tuple[Item, ...]
    misconceptions: tuple[Misconceived, ...]

    @property
    def judged(self) -> tuple[Row, ...]:
        """The rows that say something of the submission: not those where the judge failed."""
        return tuple(row for row in self.rows if row.verdict is not Verdict.BROKEN)

    @property
    def unrun(self) -> tuple[Unrun, ...]:
        """What kept all tests from running, the most frequent first."""
        numbers: dict[str, list[int]] = {}
        for row in self.rows:
            if row.reason:
                numbers.setdefault(row.reason, []).append(row.number)
        found = [Unrun(reason, tuple(held)) for reason, held in numbers.items()]
        return tuple(sorted(found, key=lambda one: (-len(one.numbers), one.reason)))

    @property
    def points(self) -> Spread | None:
        return spread([row.earned for row in self.judged])

    @property
    def seconds(self) -> Spread | None:
        """Of those that were executed."""
        return spread([row.seconds for row in self.rows if row.seconds > 0])

    @property
    def memory(self) -> Spread | None:
        """Of those whose evidence names any."""
        return spread([row.memory for row in self.rows if row.memory is not None])


@dataclass(frozen=True)
class Analysis:
    """All challenges, in the order of their ids; `samples` says whose results these are."""

    samples: bool
    classes: tuple[Class, ...]

    @property
    def verdicts(self) -> tuple[Counted, ...]:
        found = Counter(row.verdict for one in self.classes for row in one.rows)
        return tuple(Counted(verdict, found[verdict]) for verdict in _VERDICTS if found[verdict])

    @property
    def results(self) -> int:
        return sum(len(one.rows) for one in self.classes)


def analyse(results: Iterable[Result]) -> Analysis:
    """What the results come to; each is let go when its row is made."""
    gathered: dict[str, _Gathered] = {}
    for result in results:
        gathered.setdefault(result.challenge, _Gathered(result.challenge)).add(result)
    classes = tuple(gathered[id].finished() for id in sorted(gathered))
    return Analysis(any(row.sample for one in classes for row in one.rows), classes)


def spread(values: Sequence[float]) -> Spread | None:
    """None of no numbers."""
    if not values:
        return None
    ordered = sorted(values)
    high = ordered[math.ceil(0.95 * len(ordered)) - 1]
    mean = math.fsum(ordered) / len(ordered)
    return Spread(mean, statistics.median(ordered), high, ordered[-1])


# --- gathering ----------------------------------------------------------------------------------


@dataclass
class _Correlation:
    """Pearson's correlation of pairs that come one by one, by Welford's updates.

    Equal numbers leave their sum of squares exactly at zero, so that *not defined* is seen.
    """

    count: int = 0
    _means: tuple[float, float] = (0.0, 0.0)
    _squares: tuple[float, float] = (0.0, 0.0)
    _products: float = 0.0

    def add(self, x: float, y: float) -> None:
        self.count += 1
        (left, right), (xx, yy) = self._means, self._squares
        dx, dy = x - left, y - right
        left, right = left + dx / self.count, right + dy / self.count
        self._means = left, right
        self._squares = xx + dx * (x - left), yy + dy * (y - right)
        self._products += dx * (y - right)

    def value(self) -> float | None:
        xx, yy = self._squares
        if not (xx > 0 and yy > 0):
            return None
        return max(-1.0, min(1.0, self._products / (math.sqrt(xx) * math.sqrt(yy))))


@dataclass
class _Gathered:
    """What is known of one challenge so far."""

    challenge: str
    title: str = ""
    possible: float = 0.0
    rows: list[Row] = field(default_factory=list)
    items: dict[tuple[str, str], Item] = field(default_factory=dict)
    correlations: dict[tuple[str, str], _Correlation] = field(default_factory=dict)
    known: dict[str, Misconception] = field(default_factory=dict)
    holders: dict[str, dict[int, Literal["equals", "fits"]]] = field(default_factory=dict)

    def add(self, result: Result) -> None:
        report = result.report
        self.title = report.challenge.title or self.title
        self.possible = max(self.possible, report.points.possible)
        total = math.fsum(test.earned for test in report.tests)
        marks = {}
        for test in report.tests:
            mark = marks[test.task, test.name] = MARKS[test.status]
            self._count(test, mark, round(total - test.earned, _DIGITS))
            if test.misconception is not None:
                self._hold(test.misconception, result.id)
        letters = "".join(marks.get(key, NONE) for key in self.items) if marks else ""
        self.rows.append(row_of(result, letters))

    def _count(self, test: Outcome, mark: str, rest: float) -> None:
        key = test.task, test.name
        item = self.items.get(key) or _item(test)
        self.items[key] = item
        if mark not in RAN:
            return
        passed = mark == "P"
        self.items[key] = replace(item, ran=item.ran + 1, passed=item.passed + passed)
        self.correlations.setdefault(key, _Correlation()).add(passed, rest)

    def _hold(self, found: Misconception, number: int) -> None:
        self.known[found.name] = found
        holders = self.holders.setdefault(found.name, {})
        if holders.get(number) != "equals":
            holders[number] = found.match

    def finished(self) -> Class:
        items = tuple(
            replace(item, discrimination=self.correlations[key].value() if item.ran else None)
            for key, item in self.items.items()
        )
        found = [self._misconceived(name) for name in self.known]
        found.sort(key=lambda one: (-one.count, one.name))
        return Class(
            self.challenge, self.title, self.possible, tuple(self.rows), items, tuple(found)
        )

    def _misconceived(self, name: str) -> Misconceived:
        held = self.holders[name].items()
        equals, fits = (
            tuple(number for number, match in held if match == kind) for kind in ("equals", "fits")
        )
        return Misconceived(name, self.known[name].text, equals, fits)


def _item(test: Outcome) -> Item:
    return Item(
        task=test.task,
        name=test.name,
        title=test.title,
        group=test.group,
        visibility=test.visibility,
        possible=test.possible,
        ran=0,
        passed=0,
    )
