"""A CSV file of another system, changed in a few cells and kept byte for byte in all others."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from judge.classroom.export.asked import Sheet
from judge.errors import UserError
from judge.intake import shown

_BOM = "\ufeff"
_DELIMITERS = (",", ";", "\t")


@dataclass(frozen=True)
class Cell:
    """`raw` is what stands in the file, quotes included."""

    raw: str

    @property
    def text(self) -> str:
        quoted = self.raw.startswith('"')
        return self.raw[1:-1].replace('""', '"') if quoted else self.raw


@dataclass(frozen=True)
class Row:
    """The cells of a line, and how the line ends in the file."""

    line: int
    cells: tuple[Cell, ...]
    end: str

    def text(self, column: int | None) -> str:
        """The text of a cell; empty where the row has no such cell, or nobody knows which."""
        there = column is not None and column < len(self.cells)
        return self.cells[column].text if there and column is not None else ""


@dataclass(frozen=True)
class Table:
    """The header and the rows below it."""

    name: str
    bom: bool
    delimiter: str
    header: Row
    rows: tuple[Row, ...]

    @property
    def headings(self) -> list[str]:
        return [cell.text.strip() for cell in self.header.cells]

    def filled(self, row: Row, column: int, text: str) -> Row:
        """`row` with another text in one cell."""
        padded = row.cells + (Cell(""),) * (column + 1 - len(row.cells))
        quoted = padded[column].raw.startswith('"')
        cell = Cell(_quoted(text, self.delimiter, always=quoted))
        return replace(row, cells=(*padded[:column], cell, *padded[column + 1 :]))

    def encoded(self, rows: Iterable[Row]) -> bytes:
        """The file with these rows in place of its own."""
        lines = [self.delimiter.join(c.raw for c in row.cells) for row in (self.header, *rows)]
        ends = [row.end for row in (self.header, *rows)]
        # What ends the file may have been left out: not every last row is still the last.
        usual = self.header.end or "\n"
        text = "".join(line + (end or usual) for line, end in zip(lines, ends, strict=True))
        if self.rows and not self.rows[-1].end:
            text = text.removesuffix(usual)
        return ((_BOM if self.bom else "") + text).encode()


def read_table(sheet: Sheet) -> Table:
    """The table in a file: comma, semicolon or tab, with or without a byte order mark.

    Raises UserError.
    """
    try:
        text = sheet.data.decode("utf-8")
    except UnicodeDecodeError:
        raise UserError(
            f"{shown(sheet.name)} is not UTF-8 text.\nExport it again and hand it over as it is; "
            "a spreadsheet that saved it may have changed its encoding."
        ) from None
    bom = text.startswith(_BOM)
    text = text.removeprefix(_BOM)
    delimiter = _delimiter(text)
    rows = list(_rows(text, delimiter, sheet.name))
    if not rows:
        raise UserError(f"{shown(sheet.name)} is empty.\nExport it again.")
    return Table(sheet.name, bom, delimiter, rows[0], tuple(rows[1:]))


def _delimiter(text: str) -> str:
    """What parts the headings: whatever occurs most often outside quotes."""
    first = re.sub(r'"[^"]*"', "", text).partition("\n")[0]
    return max(_DELIMITERS, key=first.count)


def _rows(text: str, delimiter: str, name: str) -> Iterator[Row]:
    # A field in quotes, which ends at a delimiter; or one without; then what follows it.
    part = re.compile(
        rf'("[^"]*(?:""[^"]*)*"(?=[{delimiter}\r\n]|\Z)|[^{delimiter}\r\n]*)'
        rf"({delimiter}|\r\n|\r|\n|\Z)"
    )
    at, line, cells = 0, 1, list[Cell]()
    while at < len(text) or cells:
        match = part.match(text, at)
        if match is None or _unclosed(match.group(1)):
            raise UserError(
                f"{shown(name)}, line {line}: a quotation mark has no partner.\nExport it again."
            )
        cells.append(Cell(match.group(1)))
        if match.group(2) != delimiter:
            yield Row(line, tuple(cells), match.group(2))
            cells = []
        line += match.group(0).count("\n")
        at = match.end()


def _unclosed(raw: str) -> bool:
    return raw.startswith('"') and (len(raw) < 2 or not raw.endswith('"'))


def _quoted(text: str, delimiter: str, *, always: bool) -> str:
    special = any(mark in text for mark in (delimiter, '"', "\n", "\r")) or text != text.strip()
    doubled = text.replace('"', '""')
    return f'"{doubled}"' if always or special else text
