"""How far values are apart: what counts as the same, as rounding, and as another value."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from judge.diagnosis.likeness import Gap, apart, arrays, errors, floor_of, largest, tells

X = np.array([1.0, -4.0, 2.0])


def test_a_gap_is_relative_to_the_largest_number() -> None:
    found = apart(X, X + np.array([0, 0, 1e-6]), floor=0.0)
    assert found.share == pytest.approx(2.5e-7)
    assert found.roundings == pytest.approx(250)
    assert found.effects == pytest.approx(0.25)
    single = X.astype(np.float32)
    assert apart(single, X + np.array([0, 0, 4e-4]), floor=0.0).roundings == pytest.approx(1)


def test_the_worst_part_counts() -> None:
    value = {"a": X, "b": [X, (X + 4e-9, 1.0)]}
    found = apart({"a": X, "b": [X, (X, 1.0)]}, value | {"more": None}, floor=0.0)
    assert found.roundings == pytest.approx(1)
    assert apart(value, {"a": X}, floor=0.0) == Gap(math.inf, math.inf, math.inf)


@pytest.mark.parametrize(
    ("mine", "theirs"),
    [
        (X, X[:2]),
        (X, X.reshape(3, 1)),
        (X, None),
        (X, "text"),
        ([X], X),
        ([X], [X, X]),
        ({"a": X}, X),
        (None, False),
        ("a", "b"),
        (1, True),
        (X, np.array([1.0, np.nan, 2.0])),
        (np.array([np.inf]), np.array([-np.inf])),
    ],
    ids=repr,
)
def test_values_of_another_kind_are_infinitely_far_apart(mine: Any, theirs: Any) -> None:
    assert apart(mine, theirs, floor=0.0).share == math.inf


@pytest.mark.parametrize("value", [X, [X, None], {"a": "text"}, np.array([np.nan, np.inf]), 3, ()])
def test_a_value_is_no_distance_from_itself(value: Any) -> None:
    assert apart(value, value, floor=0.0) == Gap()


def test_what_is_zero_but_for_rounding_is_measured_by_the_floor() -> None:
    mine, theirs = (X, 1e-17 * X), (X, 0 * X)
    assert apart(mine, theirs, floor=0.0).share == 1
    assert apart(mine, theirs, floor_of(theirs)).roundings < 1


@given(st.integers(0, 255), st.integers(0, 255))
def test_small_integers_do_not_wrap(a: int, b: int) -> None:
    one, other = np.array([a], np.uint8), np.array([b], np.uint8)
    assert errors(one, other)[0] == abs(a - b)


def test_numbers_in_a_value() -> None:
    assert [a.size for a in arrays({"a": X, "b": [1, True, "x", None, np.zeros(0), 2.5j]})] == [
        3,
        1,
        1,
    ]
    assert largest(np.array([1.0, -np.inf, -3.0])) == 3
    assert floor_of([X, 2000.0]) == 2


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (X, True),
        ([1.0, 2.5, 3.5], True),
        ([1.0, 2, 3.5], False),
        (np.arange(9), False),
        (np.zeros(9), False),
        ([1.0, 1.0, 2.0], False),
        (np.array([np.nan, np.inf, -np.inf, 1.0]), False),
        (None, False),
    ],
    ids=repr,
)
def test_a_value_tells_something_by_three_numbers(value: Any, expected: bool) -> None:
    assert tells(value) == expected


def test_integers_count_where_they_are_asked_for() -> None:
    assert tells([3, 1, 4], whole=True)
    assert not tells([3, 1, 1], whole=True)
