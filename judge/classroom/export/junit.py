"""JUnit XML: one file, a suite for each student and challenge, small enough for its readers."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree import ElementTree as ET

from judge.classroom.export.asked import Asked, Exported, Piece
from judge.classroom.records import Result
from judge.errors import UserError
from judge.report.clean import block, one_line
from judge.report.junit import Names, suite

LIMIT = 30_000_000  # bytes: GitLab reads no larger file
_SHORTER = (None, 300, 60)  # characters of each message, where whole ones are too much
_NAME = 60
_HEAD = b'<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="judge">\n'
_FOOT = b"</testsuites>\n"


def junit(asked: Asked, limit: int = LIMIT) -> Exported:
    """All results. Raises UserError when even short messages make too large a file."""
    for length in _SHORTER:
        size = len(_HEAD) + len(_FOOT)
        for data in _suites(asked, length):
            size += len(data)
            if size > limit:
                break
        else:
            said = f"Messages are cut to {length} characters: the file would be over "
            notes = (f"{said}{limit / 1e6:g} MB, which GitLab does not read.",) if length else ()
            return Exported(_pieces(asked, length), notes)
    raise UserError(
        f"The results make more than {limit / 1e6:g} MB of JUnit XML, which GitLab does not read.\n"
        "Export one challenge at a time with -c ID, or --to jsonl."
    )


def _pieces(asked: Asked, length: int | None) -> Iterator[Piece]:
    yield Piece(_HEAD)
    for data in _suites(asked, length):
        yield Piece(data)
    yield Piece(_FOOT)


def _suites(asked: Asked, length: int | None) -> Iterator[bytes]:
    taken: Names = set()
    for result in asked.results():
        element = suite(result.report, asked.view, taken, owner=_owner(result))
        if length is not None:
            _shorten(element, length)
        ET.indent(element, level=1)
        yield f"  {ET.tostring(element, 'unicode').strip()}\n".encode()


def _owner(result: Result) -> str:
    parts = [one_line(part, _NAME) for part in (result.student, result.sample) if part]
    return " ".join(parts)


def _shorten(element: ET.Element, length: int) -> None:
    for part in element.iterfind("testcase/*"):
        part.text = block(part.text or "", length)
        part.set("message", block(part.get("message", ""), length))
