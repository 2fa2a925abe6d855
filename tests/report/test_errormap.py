from __future__ import annotations

import html
import re

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from judge.report import errormap
from judge.report.examples import NOT_RESCALED
from judge.results import HeadMarks, Places
from tests.report.generate import records
from tests.report.markup import TAGS, Strict, pictures

FOUND = msgspec.convert(NOT_RESCALED.places, Places)


def of(*marks: str, tile: int = 16) -> Places:
    heads = tuple(HeadMarks(label=f"h{at}", marks=text) for at, text in enumerate(marks))
    return Places(axis="row", tile=tile, heads=heads, right=(), first_wrong=0)


def label(found: Places) -> str:
    return pictures(errormap.block(found, "O"))[0].get("aria-label", "")


def test_all_heads_and_tiles_are_shown_where_they_fit() -> None:
    shown = errormap.grid(FOUND)
    assert shown is not None
    assert shown.heads == FOUND.heads
    assert (shown.tiles, shown.left_out) == (1, 0)


def test_the_heads_left_out_are_right_ones_and_their_number_is_said() -> None:
    found = of(*["--"] * 10, *["-#"] * 10)
    shown = errormap.grid(found)
    assert shown is not None
    assert [head.label for head in shown.heads] == [f"h{at}" for at in (0, 1, *range(10, 20))]
    assert "12 of 20 heads, those with something wrong first" in errormap.block(found, "O")


def test_too_many_tiles_are_joined_and_the_page_says_so() -> None:
    found = of("-" * 70 + "#" * 60, "-" * 130)
    shown = errormap.grid(found)
    assert shown is not None
    assert shown.heads[0].marks == "-" * 23 + ":" + "#" * 20  # joined: three tiles to a cell
    assert "one cell per 3 tiles of 16 rows" in errormap.block(found, "O")
    assert "cells 25 to 44 all wrong" in label(found)


@given(records(Places))
@settings(deadline=None)
def test_any_places_keep_the_bounds(found: Places) -> None:
    shown = errormap.grid(found)
    assert (shown is None) == (not any(head.marks for head in found.heads))
    if shown is not None:
        assert len(shown.heads) <= errormap.HEADS
        assert shown.columns <= errormap.TILES
        assert {mark for head in shown.heads for mark in head.marks} <= set("-.:*#")
    assert Strict(errormap.block(found, "O")).tags <= TAGS


@given(st.lists(st.text("-.:*#", max_size=300), max_size=40))
@settings(deadline=None)
def test_a_map_is_small_whatever_it_shows(marks: list[str]) -> None:
    assert len(errormap.block(of(*marks), "O")) < 20_000


def test_heads_that_are_alike_are_one_row() -> None:
    assert "all 4 heads" in errormap.block(of(*["-#"] * 4), "O")


def test_a_screen_reader_hears_what_the_cells_show() -> None:
    assert label(of("-::##", "-----")) == (
        "Where O is wrong. h0: tile 1 right, tiles 2 to 3 half wrong, tiles 4 to 5 all wrong"
    )
    assert label(of("-#-#-#-#", "-")).endswith("tile 6 all wrong, and so on")
    assert label(of(*["-#", "#-"] * 3)).endswith("; 2 other heads with something wrong")


@pytest.mark.parametrize("mark", "-.:*#")
def test_the_legend_explains_the_marks_that_occur(mark: str) -> None:
    meanings = {"few wrong", "half wrong", "most wrong", "all wrong"}
    keys = errormap.block(of(mark, "-"), "O").partition("</svg>")[2].partition("one cell")[0]
    told = {meaning for meaning in meanings if meaning in keys}
    assert "right" in keys
    assert len(told) == (mark != "-")


def test_the_ticks_are_the_first_rows_of_tiles() -> None:
    page = errormap.block(of("-" * 39 + "#", tile=8), "O")
    words = next(picture for picture in pictures(page) if picture.find("g/text") is not None)
    told = [(word.text, word.get("x")) for word in words.iter("text")]
    assert told == [("row 0", "0.0%"), ("80", "25.0%"), ("160", "50.0%"), ("240", "75.0%")]


def without_svg(page: str) -> str:
    """The text that a page leaves of `page` which drops all SVG, and text without a size."""
    sized = re.sub(
        r'<div style="[^"]*font-size:0;line-height:0">.*?</div>', "", page, flags=re.DOTALL
    )
    return html.unescape(re.sub(r"<[^>]*>", "", sized))


def test_where_a_page_drops_the_pictures_their_marks_are_left() -> None:
    left = without_svg(errormap.block(of("-.:*#", "-----"), "O").partition("<details")[0])
    assert left.startswith("h0\nh1-.:*#\n-----")
    for meaning in ("- right", ". few wrong", ": half wrong", "* most wrong", "# all wrong"):
        assert meaning in left
    assert "row 0" not in left


def test_the_same_can_be_read_in_marks() -> None:
    assert "b0 h0 -:**###" in errormap.block(FOUND, "O")
    assert "b0 h0 -:**###" in errormap.marks(FOUND)


def test_what_stands_in_no_map_is_not_drawn() -> None:
    assert errormap.block(of(), "O") == ""
    assert errormap.block(of("", ""), "O") == ""
    assert errormap.places_in(None) is None
    assert errormap.places_in(msgspec.structs.replace(NOT_RESCALED, places=None)) is None
