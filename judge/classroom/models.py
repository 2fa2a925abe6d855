"""Models by challenges: what samples come to. A sample that the judge failed on counts nowhere."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from judge.classroom.analysis import Analysis, Class
from judge.classroom.estimates import Estimate, Tried, estimates
from judge.classroom.rows import Row
from judge.results import Verdict


@dataclass(frozen=True)
class Grade:
    """One model at one challenge. `points` is the mean share of the points, 0 to 1."""

    challenge: str
    tried: Tried
    points: float

    @property
    def solved(self) -> float:
        """pass@1."""
        return self.tried.passed / self.tried.samples


@dataclass(frozen=True)
class Model:
    """One model over all challenges that it has samples for."""

    name: str
    grades: tuple[Grade, ...]
    estimates: tuple[Estimate, ...]  # of pass@1, pass@2, pass@5, ...

    def grade(self, challenge: str) -> Grade | None:
        """Its grade at a challenge; None where it has no sample."""
        return next((one for one in self.grades if one.challenge == challenge), None)

    @property
    def samples(self) -> int:
        return sum(grade.tried.samples for grade in self.grades)


def models(analysis: Analysis) -> tuple[Model, ...]:
    """The models in the order of their names."""
    found: dict[str, list[Grade]] = defaultdict(list)
    for one in analysis.classes:
        for name, rows in _by_model(one).items():
            found[name].append(_grade(one.challenge, rows))
    return tuple(_model(name, found[name]) for name in sorted(found))


def _by_model(one: Class) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = defaultdict(list)
    for row in one.judged:
        found[row.student].append(row)
    return found


def _grade(challenge: str, rows: Sequence[Row]) -> Grade:
    passed = sum(row.verdict is Verdict.PASSED for row in rows)
    return Grade(
        challenge, Tried(len(rows), passed), math.fsum(row.share for row in rows) / len(rows)
    )


def _model(name: str, grades: Sequence[Grade]) -> Model:
    return Model(name, tuple(grades), estimates([grade.tried for grade in grades]))
