"""What stays of one graded submission when a class is looked at: a row of a few hundred bytes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from judge.classroom.marks import NONE
from judge.classroom.records import Result
from judge.report.clean import one_line
from judge.results import CostTooHigh, LimitHit, Outcome, Report, Verdict

_REASON = 160  # characters
_BYTES = ("traced memory", "resident memory", "virtual memory", "growth")


@dataclass(frozen=True, slots=True)
class Row:
    """One result. `number` is that of the result in the store, and names its page.

    `marks` has a letter for each hidden test of the challenge, in the order of its items. `memory`
    is the most bytes that the evidence of any test names; None where none names any. `reason` says
    why no test ran, without the name of the file; it is empty where one did.
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
    reason: str = ""

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
        reason=_reason(report, result.source),
    )


def _reason(report: Report, source: str) -> str:
    if report.verdict in (Verdict.PASSED, Verdict.FAILED):
        return ""
    said = report.reason or next((task.reason for task in report.tasks if task.reason), None) or ""
    first = said.partition("\n")[0]
    for name in (report.submission.origin, source):
        first = first.removeprefix(name)
    return one_line(first.lstrip(" ,:"), _REASON)


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
