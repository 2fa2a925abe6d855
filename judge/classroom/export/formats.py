"""All formats by name, and how what they make gets to the disk."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from judge.classroom.export.asked import Asked, Exported
from judge.classroom.export.canvas import canvas
from judge.classroom.export.gradescope import gradescope
from judge.classroom.export.jsonlines import jsonlines
from judge.classroom.export.junit import junit
from judge.classroom.export.moodle import moodle
from judge.classroom.export.spreadsheet import spreadsheet
from judge.errors import UserError
from judge.files import write_atomically, write_pieces
from judge.intake import shown


@dataclass(frozen=True)
class Format:
    """An exporter, and what it writes where nothing else is said: a file or a folder."""

    make: Callable[[Asked], Exported]
    usual: str
    is_folder: bool = False


FORMATS = {
    "gradescope": Format(gradescope, "gradescope", is_folder=True),
    "canvas": Format(canvas, "canvas.csv"),
    "moodle": Format(moodle, "moodle.csv"),
    "junit": Format(junit, "junit.xml"),
    "csv": Format(spreadsheet, "results.csv"),
    "jsonl": Format(jsonlines, "results.jsonl"),
}


def write(format: Format, exported: Exported, target: Path) -> int:
    """Write what was made; how many files that are. Raises UserError."""
    try:
        if not format.is_folder:
            target.parent.mkdir(parents=True, exist_ok=True)
            write_pieces(target, (piece.data for piece in exported.pieces))
            return 1
        target.mkdir(parents=True, exist_ok=True)
        written = 0
        for piece in exported.pieces:
            write_atomically(target / piece.name, piece.data)
            written += 1
    except OSError as error:
        raise UserError(
            f"{shown(target)} cannot be written: {error.strerror or error}.\n"
            "Give --output another path."
        ) from None
    return written
