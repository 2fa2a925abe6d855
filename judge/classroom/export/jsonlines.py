"""JSON lines: one object a result."""

from __future__ import annotations

import json
from collections.abc import Iterator

from judge.classroom.export.asked import Asked, Exported, Piece
from judge.report.clean import one_line
from judge.report.json import report_object


def jsonlines(asked: Asked) -> Exported:
    """Who handed in what and when, and the report as `judge check --json` prints it."""
    return Exported(_lines(asked))


def _lines(asked: Asked) -> Iterator[Piece]:
    for result in asked.results():
        line = {
            "student": one_line(result.student),
            "challenge": one_line(result.challenge),
            "source": one_line(result.source),
            "sample": one_line(result.sample),
            "handed_in": result.when,
            "late": result.late,
            "graded": result.graded,
            "counts": result.counts,
            "report": report_object(result.report, asked.view),
        }
        yield Piece(json.dumps(line, allow_nan=False).encode() + b"\n")
