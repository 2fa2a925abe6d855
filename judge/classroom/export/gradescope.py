"""Gradescope: a results.json for each result."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator

from judge.classroom.export.asked import Asked, Exported, Piece
from judge.classroom.records import Result
from judge.report.gradescope import results_object

_LONGEST = 80  # letters of a file's name


def gradescope(asked: Asked) -> Exported:
    """A file for each result, named after student, challenge and sample."""
    return Exported(_pieces(asked))


def _pieces(asked: Asked) -> Iterator[Piece]:
    taken: set[str] = set()
    for result in asked.results():
        data = json.dumps(results_object(result.report, asked.view), indent=1, allow_nan=False)
        yield Piece(data.encode(), _file_name(result, taken))


def _file_name(result: Result, taken: set[str]) -> str:
    """A name that is nobody else's, also where case makes no difference, and no path."""
    parts = [part for part in (result.student, result.challenge, result.sample) if part]
    whole = "_".join(parts)
    plain = re.sub(r"[^A-Za-z0-9@._-]+", "_", whole)[:_LONGEST].strip("._-")
    digest = hashlib.sha256(f"{whole}\0{result.source}".encode("utf-8", "replace")).hexdigest()
    unsure = plain != whole or plain.casefold() in taken
    name = f"{plain}-{digest[:12]}" if unsure else plain
    taken.add(plain.casefold())
    return f"{name}.json"
