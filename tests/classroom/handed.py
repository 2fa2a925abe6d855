"""Results to export, without grading anything."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from judge.classroom.export.asked import Asked, Exported, Sheet
from judge.classroom.records import Result
from judge.report.examples import failing, passing
from judge.results import Report


def result(
    student: str,
    report: Report | None = None,
    *,
    challenge: str = "flash_attention",
    source: str = "",
    sample: str = "",
) -> Result:
    return Result(
        id=1,
        student=student,
        challenge=challenge,
        source=source or f"{student}/{challenge}.ipynb",
        sample=sample,
        when="2026-03-01T12:00:00+01:00",
        late=False,
        graded="2026-03-02T08:00:00.000+00:00",
        report=failing() if report is None else report,
    )


def asked(
    *results: Result,
    sheet: str | bytes | None = None,
    columns: Sequence[str] = (),
    match: str | None = None,
    instructor: bool = False,
) -> Asked:
    data = sheet.encode() if isinstance(sheet, str) else sheet
    return Asked(
        results=lambda: iter(results),
        view="instructor" if instructor else "student",
        sheet=None if data is None else Sheet("sheet.csv", data),
        columns=tuple(columns),
        match=match,
    )


def whole(exported: Exported) -> bytes:
    """The one file that was made."""
    pieces = list(exported.pieces)
    assert not any(piece.name for piece in pieces)
    return b"".join(piece.data for piece in pieces)


def worth(earned: float, possible: float) -> Report:
    """A report with these points."""
    points = msgspec.structs.replace(passing().points, earned=earned, possible=possible)
    return msgspec.structs.replace(passing(), points=points)
