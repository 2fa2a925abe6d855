"""The picture of what is wrong: heads, tiles, ranges."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from judge.results import Places
from judge.testing.places import places_of

AXES = ("b", "h", "row", "col")
WRONG = hnp.arrays(bool, hnp.array_shapes(min_dims=4, max_dims=4, max_side=7))


def wrong_rows(n: int, *rows: int | slice) -> np.ndarray[Any, Any]:
    """One head of n rows, of which these are wrong."""
    wrong = np.zeros((1, n), bool)
    for row in rows:
        wrong[0, row] = True
    return wrong


def marks(wrong: np.ndarray[Any, Any], tile: int) -> str:
    found = places_of(wrong, ("h", "row"), tile)
    assert found is not None
    return found.heads[0].marks


@given(WRONG, st.integers(1, 4))
def test_the_picture_agrees_with_the_rows(wrong: np.ndarray[Any, Any], tile: int) -> None:
    found = places_of(wrong, AXES, tile)
    rows = np.asarray(wrong.any(axis=-1))
    if not rows.any():
        assert found is None
        return
    assert isinstance(found, Places)
    anywhere = np.asarray(rows.any(axis=0).any(axis=0))
    assert found.first_wrong == np.flatnonzero(anywhere)[0]
    covered = np.zeros(len(anywhere), bool)
    for first, last in found.right:
        assert not anywhere[first : last + 1].any()
        covered[first : last + 1] = True
    assert len(found.right) == 4 or np.array_equal(covered, ~anywhere)
    for head in found.heads:
        b, h = (int(part[1:]) for part in head.label.split())
        for number, mark in enumerate(head.marks):
            share = rows[b, h, number * found.tile : (number + 1) * found.tile].mean()
            assert (mark == "-") == (share == 0)
            assert (mark == "#") == (share == 1)


@pytest.mark.parametrize(
    ("wrong", "mark"),
    [([], "-"), ([0], "."), ([0, 1], ":"), ([0, 1, 2], ":"), ([0, 1, 2, 3], "*"), (range(6), "#")],
)
def test_marks_say_how_much_of_a_tile_is_wrong(wrong: list[int], mark: str) -> None:
    assert marks(wrong_rows(12, *wrong, 6), 6) == mark + "."


def test_the_last_tile_may_be_short() -> None:
    assert marks(wrong_rows(10, slice(8, 10)), 4) == "--#"


def test_long_axes_join_tiles() -> None:
    found = places_of(wrong_rows(4096, 100), ("h", "row"), 16)
    assert found is not None
    assert len(found.heads[0].marks) <= 24
    assert found.tile % 16 == 0


def test_axes_before_the_rows_are_heads_and_those_after_are_folded() -> None:
    wrong = np.zeros((2, 1, 4, 3), bool)
    wrong[1, 0, 2, 1] = True
    found = places_of(wrong, AXES, 2)
    assert found is not None
    assert [(head.label, head.marks) for head in found.heads] == [("b0 h0", "--"), ("b1 h0", "-:")]
    assert found.right == ((0, 1), (3, 3))
    assert (found.axis, found.tile, found.first_wrong) == ("row", 2, 2)


def test_rows_alone_are_one_head_without_a_name() -> None:
    found = places_of(np.array([False, True]), ("row",), 1)
    assert found is not None
    assert [(head.label, head.marks) for head in found.heads] == [("", "-#")]


def test_of_many_heads_the_wrong_ones_are_drawn() -> None:
    wrong = np.zeros((4, 10, 3), bool)
    wrong[3, 9, 1] = wrong[2, 0, 0] = True
    found = places_of(wrong, ("b", "h", "row"), 1)
    assert found is not None
    assert len(found.heads) == 12
    assert [head.label for head in found.heads if "#" in head.marks] == ["b2 h0", "b3 h9"]


def test_there_is_no_picture_without_tiles_rows_or_mistakes() -> None:
    wrong = np.ones((2, 3), bool)
    assert places_of(wrong, ("h", "row"), None) is None
    assert places_of(wrong, ("h", "col"), 2) is None
    assert places_of(wrong, (), 2) is None
    assert places_of(wrong, ("b", "h", "row"), 2) is None
    assert places_of(~wrong, ("h", "row"), 2) is None
