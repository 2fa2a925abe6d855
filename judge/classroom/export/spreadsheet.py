"""CSV: the columns of nbgrader's export, then ours."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence

from judge.classroom.export.asked import Asked, Exported, Piece
from judge.classroom.export.cells import text_cell
from judge.classroom.records import Result
from judge.report import summary
from judge.report.figures import points
from judge.results import Report, Status

NBGRADER = (
    *("assignment", "duedate", "timestamp", "student_id", "last_name", "first_name", "email"),
    *("raw_score", "late_submission_penalty", "score", "max_score"),
)
OURS = (
    *("source", "sample", "late", "counts", "verdict", "reason", "tasks", "passed", "tests"),
    *("misconceptions", "seed", "isolation", "seconds", "graded"),
)

_Value = str | float | int


def spreadsheet(asked: Asked) -> Exported:
    """A row a result. Every text is in quotes, so that no separator in it starts a new cell."""
    return Exported(_pieces(asked))


def _pieces(asked: Asked) -> Iterator[Piece]:
    yield _line((*NBGRADER, *OURS))
    for result in asked.results():
        cells = (*_nbgrader(result, result.report), *_ours(result, result.report))
        yield _line([text_cell(cell) if isinstance(cell, str) else cell for cell in cells])


def _nbgrader(result: Result, report: Report) -> Sequence[_Value]:
    """Names and due dates are not known here; a late submission costs nothing by itself."""
    email = result.student if "@" in result.student[1:] else ""
    earned, possible = round(report.points.earned, 6), float(round(report.points.possible, 6))
    who = (result.challenge, "", result.when or "", result.student, "", "", email)
    return (*who, earned, 0.0, earned, possible)


def _ours(result: Result, report: Report) -> Sequence[_Value]:
    passed = sum(test.status is Status.PASSED for test in report.tests)
    names = [test.misconception.name for test in report.tests if test.misconception]
    seed = "" if report.seed is None else report.seed
    return (
        *(result.source, result.sample, _yes(result.late), _yes(result.counts)),
        *(report.verdict.value, summary.reason(report), _tasks(report), passed),
        *(len(report.tests), "; ".join(dict.fromkeys(names)), seed),
        *(report.isolation.level, round(report.seconds, 3), result.graded),
    )


def _tasks(report: Report) -> str:
    """`forward 30 of 50; backward 0 of 50`."""
    return "; ".join(
        f"{task.id} {points(task.earned)} of {points(task.possible)}" for task in report.tasks
    )


def _yes(value: bool) -> str:
    return "yes" if value else "no"


def _line(cells: Sequence[_Value]) -> Piece:
    stream = io.StringIO(newline="")
    csv.writer(stream, quoting=csv.QUOTE_NONNUMERIC).writerow(cells)
    return Piece(stream.getvalue().encode())
