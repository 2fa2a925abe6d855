"""What each student's results come to: one number and one text, as gradebooks want them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import groupby

from judge.classroom.records import Result
from judge.errors import UserError
from judge.report import summary
from judge.report.clean import block, one_line
from judge.report.message import message_text, title_lines
from judge.results import Report, Verdict

FEEDBACK = 2000  # characters


@dataclass(frozen=True)
class Total:
    """A student's points over all challenges; `broken` names those that could not be judged."""

    student: str
    sources: tuple[str, ...]
    earned: float
    feedback: str
    broken: tuple[str, ...] = ()


@dataclass(frozen=True)
class Totals:
    """All students, and what could be earned in all challenges together."""

    students: tuple[Total, ...]
    possible: float

    def scaled(self, total: Total, maximum: float | None) -> float:
        """The points of a student where `maximum` can be earned."""
        if maximum is None or not self.possible:
            return total.earned
        return total.earned / self.possible * maximum


@dataclass(frozen=True)
class _Part:
    """What is kept of one result."""

    source: str
    challenge: str
    earned: float
    feedback: str
    broken: bool


def totals(results: Callable[[], Iterator[Result]]) -> Totals:
    """The sum for each student. Raises UserError for samples of a model."""
    possible: dict[str, float] = {}
    students = []
    for student, group in groupby(results(), key=lambda result: result.student):
        parts = []
        for result in group:
            _check_sample(result)
            before = possible.get(result.challenge, 0.0)
            possible[result.challenge] = max(before, result.report.points.possible)
            parts.append(_part(result))
        students.append(_total(student, parts))
    return Totals(tuple(students), sum(possible.values()))


def _check_sample(result: Result) -> None:
    if result.sample:
        raise UserError(
            "These are samples of models, and a gradebook has one grade for each student.\n"
            "Export them --to csv or --to jsonl."
        )


def _part(result: Result) -> _Part:
    report = result.report
    return _Part(
        source=result.source,
        challenge=result.challenge,
        earned=report.points.earned,
        feedback=feedback(report),
        broken=report.verdict is Verdict.BROKEN,
    )


def _total(student: str, parts: list[_Part]) -> Total:
    room = max(FEEDBACK // len(parts) - 2, 0)
    return Total(
        student=student,
        sources=tuple(part.source for part in parts),
        earned=sum(part.earned for part in parts),
        feedback="\n\n".join(block(part.feedback, room) for part in parts),
        broken=tuple(part.challenge for part in parts if part.broken),
    )


def feedback(report: Report) -> str:
    """What the student should read, as plain text: the first message of each task."""
    told = [f"{one_line(report.challenge.title, 200)}: {summary.VERDICTS[report.verdict]}"]
    if score := summary.score(report):
        told[0] += f", {score}"
    if report.verdict in (Verdict.REFUSED, Verdict.BROKEN):
        return block(f"{told[0]}\n{summary.reason(report)}", FEEDBACK)
    for task in summary.by_task(report):
        first = task.telling
        if task.untouched:
            told.append(one_line(f"{task.task.id}: not attempted: {task.missing}"))
        elif first is not None:
            told.append("\n".join([*title_lines(first), message_text(first, "student")]))
    return block("\n\n".join(told), FEEDBACK)
