"""Other systems' CSV files: read as Python reads them, and kept byte for byte."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from judge.classroom.export.asked import Sheet
from judge.classroom.export.table import Table, read_table
from judge.errors import UserError

CELLS = st.text(st.sampled_from('ab,;"\n\r =é漢\t'), max_size=6)
ROWS = st.lists(st.lists(CELLS, min_size=3, max_size=3), min_size=1, max_size=5)


def table(text: str) -> Table:
    return read_table(Sheet("sheet.csv", text.encode()))


@settings(deadline=None, max_examples=60)
@given(ROWS, st.sampled_from([",", ";"]), st.sampled_from(["\r\n", "\n"]), st.booleans())
def test_what_is_not_changed_stays_byte_for_byte(
    rows: list[list[str]], delimiter: str, end: str, bom: bool
) -> None:
    rows = [[cell.replace("\r", "") for cell in row] for row in rows]  # Python leaves it unquoted
    stream = io.StringIO(newline="")
    head = ["one", "two", "three"]
    csv.writer(stream, delimiter=delimiter, lineterminator=end).writerows([head, *rows])
    text = ("\ufeff" if bom else "") + stream.getvalue()
    found = table(text)
    assert found.encoded(found.rows) == text.encode()
    assert [[cell.text for cell in row.cells] for row in found.rows] == rows


@settings(deadline=None, max_examples=60)
@given(ROWS, CELLS, st.integers(0, 2))
def test_one_cell_is_changed_and_no_other(rows: list[list[str]], text: str, column: int) -> None:
    stream = io.StringIO(newline="")
    csv.writer(stream).writerows([["one", "two", "three"], *rows])
    found = table(stream.getvalue())
    changed = found.encoded([found.filled(row, column, text) for row in found.rows])
    again = list(csv.reader(io.StringIO(changed.decode(), newline=""), strict=True))
    for row in rows:
        row[column] = text
    assert again[1:] == rows


def test_a_last_line_without_an_end_stays_so() -> None:
    found = table("a,b\r\n1,2\r\n3,4")
    assert found.encoded(found.rows) == b"a,b\r\n1,2\r\n3,4"
    assert found.encoded(found.rows[:1]) == b"a,b\r\n1,2"


def test_a_short_row_grows_as_far_as_it_must() -> None:
    found = table("a,b,c\n1\n")
    assert found.encoded([found.filled(found.rows[0], 2, "x")]) == b"a,b,c\n1,,x\n"


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "empty"),
        ("Prénom;ID\n".encode("latin-1"), "UTF-8"),
        (b'a,b\n1,"2\n', "line 2: a quotation mark"),
        (b'a,b\n1,"2"3\n', "line 2: a quotation mark"),
    ],
)
def test_files_that_cannot_be_read(data: bytes, said: str) -> None:
    with pytest.raises(UserError, match=said):
        read_table(Sheet("sheet.csv", data))
