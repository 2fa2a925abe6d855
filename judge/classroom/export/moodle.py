"""Moodle: a downloaded grading worksheet with grades and feedback filled in.

Its headings are in the language of the site. Moodle takes feedback for HTML, so the text is escaped
and keeps its lines.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from judge.classroom.export.asked import Asked, Exported, Piece
from judge.classroom.export.cells import guarded, number_cell, read_number
from judge.classroom.export.headings import KNOWN, NO, Role
from judge.classroom.export.matching import (
    Key,
    Matches,
    alone,
    chosen,
    listed,
    match,
    name,
    own_name,
    plain,
)
from judge.classroom.export.table import Row, Table, read_table
from judge.classroom.export.totals import Total, Totals, totals
from judge.errors import UnknownNameError, UserError
from judge.intake import shown

_PARTICIPANT = re.compile(r"\D*?(\d+)")
# Downloads of submissions lie in folders called Full Name_12345_assignsubmission_file_.
_DOWNLOAD = re.compile(r"_(\d+)_assignsubmission_")
_NEEDED: tuple[Role, ...] = ("identifier", "grade")


@dataclass(frozen=True)
class _Worksheet:
    """A worksheet and where its columns are."""

    table: Table
    columns: dict[Role, int]

    def text(self, row: Row, role: Role) -> str:
        return row.text(self.columns.get(role)).strip()

    def is_open(self, row: Row) -> bool:
        """Whether Moodle will take a grade for this row."""
        return plain(self.text(row, "changeable")) not in NO


def moodle(asked: Asked) -> Exported:
    """The worksheet with grades and feedback. Raises UserError."""
    sheet = _read(asked)
    found = totals(asked.results)
    matches = match(found.students, sheet.table.rows, chosen(_keys(sheet), asked.match))
    locked = {
        r.line for r in sheet.table.rows if r.line in matches.by_line and not sheet.is_open(r)
    }
    judged = {n: t for n, t in matches.by_line.items() if not t.broken and n not in locked}
    if not judged:
        raise UserError(
            f"No row of {shown(sheet.table.name)} can be filled: "
            f"{len(matches.by_line)} students are found there, {len(locked)} of them may not be "
            f"changed.\nResults are of: {listed([t.student for t in found.students]) or 'nobody'}."
            "\n--match id, number, email or name says what the students are called by."
        )
    rows = [_filled(sheet, row, found, judged.get(row.line)) for row in sheet.table.rows]
    data = sheet.table.encoded(rows)
    return Exported((Piece(data),), tuple(_notes(sheet, matches, locked)))


# --- the columns ------------------------------------------------------------------------------


def _read(asked: Asked) -> _Worksheet:
    if asked.sheet is None:
        raise UserError(
            "Moodle needs the grading worksheet it made.\n"
            "In the assignment: View all submissions, Download grading worksheet. "
            "Then: --to moodle --worksheet FILE"
        )
    table = read_table(asked.sheet)
    columns = _known(table) | _named(table, asked.columns)
    columns = _by_position(table, columns)
    for role in _NEEDED:
        if role not in columns:
            raise UserError(
                f"{shown(table.name)}: which column is the {role}? It has: "
                f"{listed(table.headings)}.\nSay so: --column {role}=HEADING. Is it a grading "
                "worksheet as Moodle makes it, with offline grading switched on?"
            )
    return _Worksheet(table, columns)


def _known(table: Table) -> dict[Role, int]:
    found: dict[Role, int] = {}
    for n, heading in enumerate(table.headings):
        role = KNOWN.get(plain(heading))
        if role is not None:
            found.setdefault(role, n)
    return found


def _named(table: Table, asked: Sequence[str]) -> dict[Role, int]:
    """What --column ROLE=HEADING says. Raises UserError."""
    roles = {role: role for role in KNOWN.values()}
    headings = {plain(heading): n for n, heading in enumerate(table.headings)}
    found: dict[Role, int] = {}
    for text in asked:
        said, sign, heading = text.partition("=")
        role = roles.get(said.strip())  # type: ignore[call-overload]  # any text may be looked up
        if role is None or not sign:
            listing = f"Write --column ROLE=HEADING, the role one of {', '.join(roles)}."
            raise UnknownNameError("role", said.strip(), list(roles), listing)
        if plain(heading) not in headings:
            listing = f"{shown(table.name)} has: {listed(table.headings)}."
            raise UnknownNameError("column", heading.strip(), table.headings, listing)
        found[role] = headings[plain(heading)]
    return found


def _by_position(table: Table, columns: dict[Role, int]) -> dict[Role, int]:
    """Columns beside those that are known: Moodle always writes them in one order."""
    found = dict(columns)
    rows = [row.text(0).strip() for row in table.rows]
    if "identifier" not in found and rows and all(map(_PARTICIPANT.fullmatch, rows)):
        found["identifier"] = 0
    if "grade" not in found and found.get("maximum", 0) > 0:
        found["grade"] = found["maximum"] - 1
    if "grade" in found:
        found.setdefault("maximum", found["grade"] + 1)
        found.setdefault("changeable", found["grade"] + 2)
    last = len(table.headings) - 1
    if "modified" in found and found["modified"] < last:
        found.setdefault("feedback", found["modified"] + 1)
    return found


# --- the rows ---------------------------------------------------------------------------------


def _keys(sheet: _Worksheet) -> list[Key]:
    column = sheet.columns["identifier"]
    keys = [Key("id", column, _ids, _participant), Key("id", column, own_name, plain)]
    more: tuple[tuple[str, Role], ...] = (("number", "number"), ("email", "email"))
    for key, role in more:
        if role in sheet.columns:
            keys.append(Key(key, sheet.columns[role], own_name, plain))
    if "name" in sheet.columns:
        keys.append(Key("name", sheet.columns["name"], own_name, name))
    return keys


def _ids(total: Total) -> list[str]:
    """Ids that downloaded folders bear, else the student's own name where it is a number."""
    found = [match.group(1) for s in total.sources if (match := _DOWNLOAD.search(s))]
    return found or ([total.student] if total.student.isdigit() else [])


def _participant(text: str) -> str:
    """`Participant 123` is 123, in any language."""
    found = _PARTICIPANT.fullmatch(text.strip())
    return found.group(1) if found else ""


def _filled(sheet: _Worksheet, row: Row, found: Totals, total: Total | None) -> Row:
    if total is None:
        return row
    maximum = read_number(sheet.text(row, "maximum"))
    comma = "," in sheet.text(row, "maximum") or "," in sheet.text(row, "grade")
    grade = number_cell(found.scaled(total, maximum), comma=comma)
    row = sheet.table.filled(row, sheet.columns["grade"], grade)
    if "feedback" not in sheet.columns:
        return row
    text = guarded(as_html(total.feedback))
    filled = sheet.table.filled(row, sheet.columns["feedback"], text)
    return replace(filled, end=row.end)


def as_html(text: str) -> str:
    """Plain text as HTML shows it, line by line."""
    return f"<pre>{html.escape(text, quote=False)}</pre>" if text else ""


def _notes(sheet: _Worksheet, matches: Matches, locked: set[int]) -> Iterator[str]:
    if "feedback" not in sheet.columns:
        yield (
            "There is no column for feedback: switch on feedback comments in the assignment, "
            "or name it with --column feedback=HEADING."
        )
    if broken := [total.student for total in matches.by_line.values() if total.broken]:
        yield f"Left as they were, as the judge failed on them: {listed(broken)}. Grade them again."
    if closed := [matches.by_line[line].student for line in sorted(locked)]:
        yield f"Left as they were, as Moodle says their grade may not be changed: {listed(closed)}."
    yield from alone(matches)
    if matches.rows:
        role: Role = "name" if "name" in sheet.columns else "identifier"
        names = [sheet.text(row, role) for row in matches.rows]
        yield f"Rows without a result, left as they were: {listed(names)}."
