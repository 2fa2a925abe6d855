"""Text that stays text in a spreadsheet, and numbers that stay numbers."""

from __future__ import annotations

import csv
import io
import unicodedata

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from judge.classroom.export.cells import guarded, number_cell, read_number, text_cell
from judge.classroom.export.spreadsheet import NBGRADER, OURS, spreadsheet
from judge.report.examples import passing
from tests.classroom.handed import asked, result, whole
from tests.report.generate import TEXT

FORMULAS = (
    *('=cmd|" /C calc"!A0', "+1+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", "  =1", "\u00a0=1"),
    *(
        "\uff1d1+1",
        "\uff0b1",
        "\uff0d1",
        "\uff20SUM(1)",
        "\ufe661",
        '"=1"',
        "'=1",
        "\u200b=1",
        "\n=1",
    ),
)


def is_formula(cell: str) -> bool:
    """What a spreadsheet may take for one: after spaces and quotes, in any width."""
    if cell.startswith("'"):
        return False
    first = unicodedata.normalize("NFKC", cell).strip().lstrip('"').lstrip()
    return first[:1] in {"=", "+", "-", "@"} or cell[:1] in {"\t", "\r"}


@pytest.mark.parametrize("text", FORMULAS)
def test_a_formula_gets_an_apostrophe(text: str) -> None:
    assert guarded(text).startswith("'")
    assert not is_formula(text_cell(text))


@pytest.mark.parametrize("text", ["ada", "a=1", "1-2", "", "ada@example.org", "x\ty"])
def test_other_text_stays_as_it_is(text: str) -> None:
    assert guarded(text) == text


@settings(deadline=None, max_examples=60)
@given(TEXT | st.sampled_from(FORMULAS), TEXT)
@example("a;=1", "b,=1")
def test_no_cell_of_an_export_is_a_formula(student: str, source: str) -> None:
    data = whole(spreadsheet(asked(result(student, passing(), source=source)))).decode()
    (head, row) = csv.reader(io.StringIO(data, newline=""), strict=True)
    assert len(row) == len(head)
    cells = dict(zip(head, row, strict=True))
    numbers = {"raw_score", "late_submission_penalty", "score", "max_score", "passed", "tests"}
    assert all(float(cells[name]) >= 0 for name in numbers)
    assert not [cell for name, cell in cells.items() if name not in numbers and is_formula(cell)]


def test_a_separator_of_another_country_starts_no_cell() -> None:
    data = whole(spreadsheet(asked(result("a;=1+1", passing())))).decode()
    assert '"a;=1+1"' in data


def test_the_columns_are_nbgraders_then_ours() -> None:
    data = whole(spreadsheet(asked(result("ada@example.org")))).decode()
    head, row = csv.reader(io.StringIO(data, newline=""))
    assert tuple(head) == (*NBGRADER, *OURS)
    cells = dict(zip(head, row, strict=True))
    assert cells["assignment"] == "flash_attention"
    assert cells["student_id"] == cells["email"] == "ada@example.org"
    assert (cells["raw_score"], cells["score"], cells["max_score"]) == ("20.0", "20.0", "90.0")
    assert cells["timestamp"] == "2026-03-01T12:00:00+01:00"
    assert cells["misconceptions"] == "no_rescale"


@pytest.mark.parametrize(
    ("value", "text"),
    [(7, "7"), (7.5, "7.5"), (2 / 3, "0.67"), (-0.001, "0"), (1234567, "1234567")],
)
def test_numbers_have_two_decimals_at_most(value: float, text: str) -> None:
    assert number_cell(value) == text
    assert number_cell(value, comma=True) == text.replace(".", ",")


@settings(deadline=None)
@given(st.floats(-1e9, 1e9), st.booleans())
def test_a_number_can_be_read_again(value: float, comma: bool) -> None:
    read = read_number(number_cell(value, comma=comma))
    assert read == pytest.approx(value, abs=0.0051)


@pytest.mark.parametrize("text", ["", "EX", "(read only)", "1e5", "٣", "--1", "1-2", "N/A", "."])
def test_what_is_no_number(text: str) -> None:
    assert read_number(text) is None
