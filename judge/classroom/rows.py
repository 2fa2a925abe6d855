"""What stays of one graded submission when a class is looked at: a row of a few hundred bytes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from judge.classroom.marks import NONE
from judge.classroom.records import Result
from judge.results import CostTooHigh, LimitHit, Outcome, Verdict

_BYTES = ("traced memory", "resident memory", "virtual memory", "growth")


@dataclass(frozen=True, slots=True)
class Row:
    """One result. `number` is that of the result in the store, and names its page.

    `marks` has a letter for each hidden test of the challenge, in the order of its items. `memory`
    is the most bytes that the evidence of any test names; None where none names any.
    """

    number: int
    student: str  # or the model
    sample: str
    late: bool
    verdict: Verdict
    earned: float
    possible: float
    marks: str
    seconds: float
    memory: float | None

    @property
    def share(self) -> float:
        """Of the points, 0 to 1."""
        return self.earned / self.possible if self.possible else 0.0

    def mark(self, index: int) -> str:
        """The letter of a test; a test that came up in later results only has no outcome here."""
        return self.marks[index] if index < len(self.marks) else NONE


def row_of(result: Result, marks: str) -> Row:
    """The row of a result whose tests come to these letters."""
    report = result.report
    return Row(
        number=result.id,
        student=result.student,
        sample=result.sample,
        late=result.late,
        verdict=report.verdict,
        earned=report.points.earned,
        possible=report.points.possible,
        marks=marks,
        seconds=report.seconds,
        memory=_memory(report.tests),
    )


def _memory(tests: Iterable[Outcome]) -> float | None:
    found = [used for test in tests for used in _bytes_of(test)]
    return max(found, default=None)


def _bytes_of(test: Outcome) -> tuple[float, ...]:
    evidence = test.evidence
    if isinstance(evidence, LimitHit) and evidence.what == "memory":
        return (evidence.limit,)
    if isinstance(evidence, CostTooHigh) and evidence.what in _BYTES:
        return evidence.uses if evidence.what == "growth" else (evidence.used,)
    return ()
