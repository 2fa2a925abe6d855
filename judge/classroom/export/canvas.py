"""Canvas: one column of an exported gradebook, filled in.

Canvas takes an empty cell for a change, so rows without a result are left out of the file. All that
is not the one column stays as it was.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from judge.classroom.export.asked import Asked, Exported, Piece
from judge.classroom.export.cells import number_cell, read_number
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

_POINTS = "points possible"
_READ_ONLY = "(read only)"
_EXCUSED = "EX"
_NUMBERED = re.compile(r"(.*\S)\s*\((\d+)\)")
# Downloads of submissions are called name_USER_SUBMISSION_file, late ones name_LATE_USER_...
_DOWNLOAD = re.compile(r"(?:^|/)[^/_]+_(?:LATE_|late_)?(\d+)_\d+_[^/]*$")


@dataclass(frozen=True)
class _Gradebook:
    """A gradebook, the column to fill, and which of its rows are students."""

    table: Table
    column: int
    students: tuple[Row, ...]
    points: float | None  # what the column is worth
    comma: bool  # numbers have a decimal comma


def canvas(asked: Asked) -> Exported:
    """The gradebook with one column filled. Raises UserError."""
    book = _read(asked)
    found = totals(asked.results)
    matches = match(found.students, book.students, chosen(_keys(book.table), asked.match))
    judged = {line: total for line, total in matches.by_line.items() if not total.broken}
    if not judged:
        raise UserError(
            f"No student of the results is in {shown(book.table.name)}.\n"
            f"Results are of: {listed([t.student for t in found.students]) or 'nobody'}.\n"
            "--match id, sis, login or name says what the students are called by."
        )
    rows = [row for row in book.table.rows if _kept(book, row, judged)]
    filled = [_filled(book, row, found, judged.get(row.line)) for row in rows]
    data = book.table.encoded(filled)
    return Exported((Piece(data),), tuple(_notes(book, found, matches)))


def _read(asked: Asked) -> _Gradebook:
    if asked.sheet is None:
        raise UserError(
            "Canvas needs the gradebook it exported.\n"
            "In Canvas: Grades, Export. Then: --to canvas --gradebook FILE --column TITLE"
        )
    table = read_table(asked.sheet)
    last = _last_person_column(table)
    students = tuple(row for row in table.rows if row.text(1).strip())
    others = [row for row in table.rows if not row.text(1).strip()]
    column = _column(table, last, others, asked.columns)
    return _Gradebook(table, column, students, _points(others, column), _comma(table, last))


def _last_person_column(table: Table) -> int:
    headings = table.headings
    person = len(headings) > 1 and "Student" in headings[0] and "ID" in headings[1]
    if not person or "Section" not in headings:
        raise UserError(
            f"{shown(table.name)} is not a gradebook as Canvas exports it: its columns are "
            f"{listed(headings)}.\nThe first is Student, the second ID, and one is Section. "
            "Export it again, in English."
        )
    return headings.index("Section")


def _column(table: Table, last: int, others: Sequence[Row], asked: Sequence[str]) -> int:
    """The one column that is meant. Raises UserError."""
    closed = {n for row in others for n, c in enumerate(row.cells) if _READ_ONLY in c.text}
    open_ = [n for n in range(last + 1, len(table.headings)) if n not in closed]
    known = [table.headings[n] for n in open_]
    listing = f"{shown(table.name)} has: {listed(known) or 'no assignment'}."
    if len(asked) != 1 or not asked[0].strip():
        raise UserError(f"Name the one column to fill: --column TITLE.\n{listing}")
    for form in (plain, _title, _number):
        fitting = [n for n in open_ if form(table.headings[n]) == plain(asked[0])]
        if len(fitting) == 1:
            return fitting[0]
        if fitting:
            raise UserError(f"{len(fitting)} columns are called {asked[0]!r}.\n{listing}")
    raise UnknownNameError("column", asked[0], known, listing)


def _title(heading: str) -> str:
    found = _NUMBERED.fullmatch(heading)
    return plain(found.group(1) if found else heading)


def _number(heading: str) -> str:
    found = _NUMBERED.fullmatch(heading)
    return found.group(2) if found else ""


def _points(others: Sequence[Row], column: int) -> float | None:
    """What the column is worth; the row that says so comes with the export."""
    said = [row for row in others if _POINTS in plain(row.text(0))]
    return next((n for row in said if (n := read_number(row.text(column)))), None)


def _comma(table: Table, last: int) -> bool:
    cells = (cell.text for row in table.rows for cell in row.cells[last + 1 :])
    return any(re.fullmatch(r"\s*\d+,\d+\s*", text) for text in cells)


def _keys(table: Table) -> list[Key]:
    headings = table.headings
    keys = [Key("id", 1, _ids, plain)]
    for key, heading in (("sis", "SIS User ID"), ("login", "SIS Login ID")):
        if heading in headings:
            keys.append(Key(key, headings.index(heading), own_name, plain))
    return [*keys, Key("name", 0, own_name, name)]


def _ids(total: Total) -> list[str]:
    """The student's own name, and the ids that downloaded files bear."""
    found = (_DOWNLOAD.search(source) for source in total.sources)
    return [total.student, *(match.group(1) for match in found if match)]


def _excused(book: _Gradebook, row: Row) -> bool:
    return row.text(book.column).strip().upper() == _EXCUSED


def _kept(book: _Gradebook, row: Row, judged: dict[int, Total]) -> bool:
    """Students with a result who are not excused, and rows that are no student's."""
    if not row.text(1).strip():
        return True
    return row.line in judged and not _excused(book, row)


def _filled(book: _Gradebook, row: Row, found: Totals, total: Total | None) -> Row:
    if total is None:
        return row
    points = found.scaled(total, book.points)
    return book.table.filled(row, book.column, number_cell(points, comma=book.comma))


def _notes(book: _Gradebook, found: Totals, matches: Matches) -> Iterator[str]:
    yield f"The column {book.table.headings[book.column]} is filled."
    if book.points is not None and book.points != found.possible:
        yield (
            f"{found.possible:g} points of the results are {book.points:g} of the column: "
            "grades are scaled."
        )
    by_line = {row.line: row for row in book.students}
    pairs = [(by_line[line], total) for line, total in matches.by_line.items()]
    if broken := [total.student for _, total in pairs if total.broken]:
        yield f"Left out, as the judge failed on them: {listed(broken)}. Grade them again."
    if excused := [row.text(0) for row, _ in pairs if _excused(book, row)]:
        yield f"Left out, as they are excused: {listed(excused)}."
    yield from alone(matches)
    if matches.rows:
        yield f"Rows without a result, left out: {listed([row.text(0) for row in matches.rows])}."
