"""Patterns: which fit how a value is wrong, which do not, and how they are told."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from judge.diagnosis.parts import Facts
from judge.diagnosis.patterns import find_patterns, sentence

Array = np.ndarray[Any, Any]

SHAPE = (2, 3, 22, 8)  # tiles of 4 rows: five full ones and a shorter one
FACTS = Facts(shape=SHAPE, tile=4)
ROWS = np.arange(SHAPE[2])


def drawn(shape: tuple[int, ...] = SHAPE, seed: int = 1) -> Array:
    return np.random.default_rng(seed).standard_normal(shape)


RIGHT = drawn()


def fit(wrong: Any, right: Any = RIGHT, facts: Facts = FACTS) -> list[str]:
    """The names of the patterns that fit."""
    return [pattern.name for pattern in find_patterns(wrong, right, facts)]


def said(wrong: Any, right: Any = RIGHT, facts: Facts = FACTS, *, closed: bool = False) -> str:
    return sentence(find_patterns(wrong, right, facts), closed)


def spoilt(where: Array, right: Array = RIGHT) -> Array:
    """`right`, with other numbers where the rows, heads or sequences are these."""
    return np.where(np.broadcast_to(where, right.shape), drawn(right.shape, 2), right)


def rows(where: Array) -> Array:
    return where[:, None]


# --- one factor ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("factor", "name"),
    [
        (math.sqrt(8), "times_sqrt_d"),
        (1 / math.sqrt(8), "divided_by_sqrt_d"),
        (8, "times_d"),
        (1 / 8, "divided_by_d"),
        (2, "doubled"),
        (0.5, "halved"),
        (-1, "sign_flipped"),
        (1 / math.log(2), "base_two"),
        (3.1, "constant_factor"),
        (-math.sqrt(8), "constant_factor"),
    ],
)
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_a_factor_is_called_by_what_it_stands_for(factor: float, name: str, dtype: str) -> None:
    right = RIGHT.astype(dtype)
    assert fit((right * factor).astype(dtype), right) == [name]


def test_the_sentence_has_the_factor_and_d() -> None:
    facts = Facts(shape=(2, 4, 64))
    right = drawn((2, 4, 64))
    assert said(right * 8, right, facts) == (
        "every number is the right one times 8: that is sqrt(D) with D = 64, and usually a "
        "division by sqrt(D) is missing"
    )


def test_a_factor_that_stands_for_two_things_is_told_as_both_in_one_sentence() -> None:
    facts, right = Facts(shape=(2, 5, 4)), drawn((2, 5, 4))
    assert fit(right * 2, right, facts) == ["times_sqrt_d", "doubled"]
    assert said(right * 2, right, facts) == (
        "every number is the right one times 2: that is sqrt(D) with D = 4, and usually a division "
        "by sqrt(D) is missing; or usually something is added twice, or a factor 1/2 is missing"
    )


def test_the_length_of_a_parts_own_rows_counts_where_that_of_the_input_says_nothing() -> None:
    right = drawn((2, 5, 7))
    assert fit(right / math.sqrt(7), right) == ["divided_by_sqrt_d"]
    assert "D = 7" in said(right / math.sqrt(7), right)


@pytest.mark.parametrize(
    ("factor", "open_", "closed"),
    [
        (
            8,
            "the right one times 8: that is D with D = 8",
            "off by one and the same factor: it is D,",
        ),
        (3.1, "the right one times 3.1: usually", "off by one and the same factor: usually"),
    ],
)
def test_who_may_not_see_numbers_reads_none(factor: float, open_: str, closed: str) -> None:
    assert open_ in said(RIGHT * factor)
    assert closed in said(RIGHT * factor, closed=True)
    assert not any(letter.isdigit() for letter in said(RIGHT * factor, closed=True))


@given(
    st.floats(-1e3, 1e3).filter(lambda c: abs(c) > 1e-3 and abs(c - 1) > 0.1),
    st.integers(0, 2**32),
)
def test_any_factor_fits_and_one_exception_forbids_it(factor: float, seed: int) -> None:
    right = drawn((3, 5), seed)
    assert len(fit(right * factor, right, Facts())) == 1
    wrong = right * factor
    wrong[np.unravel_index(np.argmax(np.abs(right)), right.shape)] *= 1 + 1e-4
    assert fit(wrong, right, Facts()) == []


def test_a_few_different_numbers_are_needed() -> None:
    right = np.array([[1.0, -1.0, 0.0, 2.0], [2.0, 1.0, -3.0, 0.0]])
    assert fit(right * 3, right, Facts()) == []
    right[0, 2] = 0.5
    assert fit(right * 3, right, Facts()) == ["constant_factor"]


def test_zeros_and_what_is_right_have_no_factor() -> None:
    assert fit(0 * RIGHT) == []
    assert fit(RIGHT) == []
    assert fit(RIGHT * (1 + 1e-12)) == []
    assert fit(RIGHT * (1 + 1e-6)) == []


# --- axes, results and precision ----------------------------------------------------------------


@pytest.mark.parametrize("shape", [(4, 5), (4, 4), (2, 3, 5, 5)])
def test_the_last_two_axes_exchanged(shape: tuple[int, ...]) -> None:
    right = drawn(shape)
    assert fit(np.swapaxes(right, -1, -2), right) == ["transposed"]


def test_what_is_its_own_transpose_is_not_transposed() -> None:
    right = drawn((4, 4))
    symmetric = right + right.T
    assert fit(symmetric.T, symmetric) == []
    assert fit(right.reshape(2, 8), right) == []


def test_a_transpose_that_is_a_change_of_sign_is_told_as_both() -> None:
    right = drawn((5, 5))
    odd = right - right.T
    assert fit(odd.T, odd) == ["sign_flipped", "transposed"]


def test_two_results_swapped() -> None:
    facts = Facts(returns=("dQ", "dK", "dV"))
    q, k, v = (drawn((4, 5), seed) for seed in range(3))
    assert fit((k, q, v), (q, k, v), facts) == ["results_swapped"]
    assert said((k, q, v), (q, k, v), facts).startswith("dQ and dK are right, each in the place")
    assert fit((v, q, k), (q, k, v), facts) == []
    assert fit((k, q, v + 1), (q, k, v), facts) == []


def test_float32_inside_float64() -> None:
    assert fit(RIGHT.astype(np.float32).astype(np.float64)) == ["float32_inside"]
    q, k = drawn((40, 16)), drawn((16, 40), 2)
    single = (q.astype(np.float32) @ k.astype(np.float32)).astype(np.float64)
    assert fit(single, q @ k, Facts()) == ["float32_inside"]


@pytest.mark.parametrize(
    "wrong",
    [
        RIGHT * (1 + 1e-7 * np.linspace(0.1, 1, SHAPE[2])[:, None]),  # epsilon in a denominator
        RIGHT * (1 + 1e-7 * np.where(ROWS % 2, 1, -1)[:, None]),
        RIGHT + 1e-7,
        RIGHT + 1e-5 * drawn(seed=3),
        RIGHT + 1e-11 * drawn(seed=3),
        RIGHT + 1e-9 * drawn(seed=3) ** 5,
        RIGHT.astype(np.float32),
    ],
    ids=[
        "epsilon",
        "both signs, whole rows",
        "shifted",
        "coarse",
        "fine",
        "a few",
        "dtype",
    ],
)
def test_what_is_only_small_is_not_float32(wrong: Array) -> None:
    assert fit(wrong) == []


# --- rows, tiles and heads ----------------------------------------------------------------------

PLACES: dict[str, Array] = {
    "first_tile_right": rows(ROWS >= 4),
    "last_tile_right": rows(ROWS < 18),
    "short_tile_wrong": rows(ROWS >= 20),
    "first_head_right": (np.arange(3) > 0)[:, None, None],
    "first_of_batch_right": (np.arange(2) > 0)[:, None, None, None],
    "last_rows_right": rows((ROWS + 1) % 4 > 0),
    "last_rows_right_after_the_first_tile": rows(((ROWS + 1) % 4 > 0) & (ROWS >= 4)),
}
FACTS_OF = {"last_tile_right": Facts(shape=SHAPE, tile=6)}


@pytest.mark.parametrize("name", PLACES)
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_places_that_are_wrong_have_names(name: str, dtype: str) -> None:
    right = RIGHT.astype(dtype)
    wrong = spoilt(PLACES[name]).astype(dtype)
    facts = FACTS_OF.get(name, FACTS)
    assert fit(wrong, right, facts) == [name]
    noise = 1e-6 if dtype == "float32" else 1e-12
    assert fit(wrong + (noise * drawn(seed=4)).astype(dtype), right, facts) == [name]


@pytest.mark.parametrize("name", PLACES)
def test_one_number_elsewhere_forbids_a_place(name: str) -> None:
    wrong = spoilt(PLACES[name])
    outside = np.argwhere(wrong == RIGHT)
    for place in outside[:: len(outside) // 5]:
        changed = wrong.copy()
        changed[tuple(place)] += 0.1
        found = fit(changed, facts=FACTS_OF.get(name, FACTS))
        # The last row of a shorter tile may be either.
        assert name not in found or (name.startswith("last_rows") and place[2] >= 20)


@pytest.mark.parametrize("name", PLACES)
def test_a_number_that_is_neither_right_nor_wrong_forbids_a_place(name: str) -> None:
    wrong = spoilt(PLACES[name])
    outside = np.argwhere(wrong == RIGHT)
    wrong[tuple(outside[0])] += 1e-8
    assert fit(wrong, facts=FACTS_OF.get(name, FACTS)) == []


@pytest.mark.parametrize("name", PLACES)
def test_nan_says_more_of_overflow_than_of_rows(name: str) -> None:
    wrong = np.where(np.broadcast_to(PLACES[name], SHAPE), np.nan, RIGHT)
    assert fit(wrong, facts=FACTS_OF.get(name, FACTS)) == []


@pytest.mark.parametrize("name", PLACES)
def test_what_is_hardly_more_than_rounding_is_not_wrong(name: str) -> None:
    wrong = RIGHT + 1e-8 * np.broadcast_to(PLACES[name], SHAPE)
    assert fit(wrong, facts=FACTS_OF.get(name, FACTS)) == []


def test_places_without_tiles_need_none() -> None:
    for name in ("first_head_right", "first_of_batch_right"):
        assert fit(spoilt(PLACES[name]), facts=Facts(shape=SHAPE)) == [name]
    assert fit(spoilt(PLACES["first_tile_right"]), facts=Facts(shape=SHAPE)) == []


def test_one_number_for_each_row_has_places_too() -> None:
    right = RIGHT[..., 0]
    for name, where in PLACES.items():
        shape = np.broadcast_to(where, SHAPE)[..., 0]
        assert fit(spoilt(shape, right), right, FACTS_OF.get(name, FACTS)) == [name]


def test_rows_of_later_tiles_may_be_right_by_luck() -> None:
    where = (ROWS >= 4) & (ROWS % 3 > 0)
    assert fit(spoilt(rows(where))) == ["first_tile_right"]
    seldom = (ROWS >= 4) & (ROWS % 4 == 1)
    assert fit(spoilt(rows(seldom))) == []
    one_tile_right = (ROWS >= 4) & (ROWS // 4 != 2)
    assert fit(spoilt(rows(one_tile_right))) == []
    one_head_right = rows(ROWS >= 4) & (np.arange(3) != 1)[:, None, None]
    assert fit(spoilt(one_head_right)) == []


def test_first_rows_alone_are_no_tile() -> None:
    assert fit(spoilt(rows(ROWS >= 1)), facts=Facts(shape=SHAPE, tile=1)) == []
    assert fit(spoilt(rows(ROWS >= 2)), facts=Facts(shape=SHAPE, tile=2)) == []
    assert fit(spoilt(rows(ROWS < 21)), facts=Facts(shape=SHAPE, tile=7)) == []


def test_of_two_tiles_alike_none_is_the_shorter() -> None:
    facts = Facts(shape=SHAPE, tile=11)
    assert fit(spoilt(rows(ROWS >= 11)), facts=facts) == ["first_tile_right"]


def test_two_tiles_the_second_shorter_are_told_as_both() -> None:
    facts = Facts(shape=SHAPE, tile=12)
    wrong = spoilt(rows(ROWS >= 12))
    assert fit(wrong, facts=facts) == ["first_tile_right", "short_tile_wrong"]
    assert said(wrong, facts=facts) == (
        "the rows in the first tile are right, those of later tiles are not: usually what goes "
        "from tile to tile is lost, overwritten, or keeps its old scale; or only the rows in the "
        "last tile are wrong, which is shorter than the others: usually it is left out, or treated "
        "as if it were full"
    )


def test_what_is_wrong_everywhere_or_by_chance_has_no_name() -> None:
    assert fit(drawn(seed=5)) == []
    chance = np.random.default_rng(6).random(SHAPE) < 0.3
    assert fit(spoilt(chance)) == []


@given(st.integers(0, 2**32), st.integers(1, 30), st.floats(0, 1))
def test_numbers_at_random_fit_nothing(seed: int, tile: int, share: float) -> None:
    where = np.random.default_rng(seed).random((2, 3, 22, 8)) < share
    assert fit(spoilt(where), facts=Facts(shape=SHAPE, tile=tile)) == []


# --- parts --------------------------------------------------------------------------------------


def test_the_first_part_that_is_wrong_is_looked_at_and_called_by_its_name() -> None:
    facts = Facts(shape=SHAPE, returns=("dQ", "dK"))
    assert said((RIGHT, RIGHT * 3), (RIGHT, RIGHT), facts).startswith("every number of dK is")
    assert fit((drawn(seed=7), RIGHT * 3), (RIGHT, RIGHT), facts) == []
    nested = {"O": RIGHT, "cache": {"L": RIGHT}}
    wrong = {"O": RIGHT, "own": 1, "cache": {"L": RIGHT * 3}}
    assert said(wrong, nested).startswith("every number of cache.L is")


def test_gradients_are_called_by_their_arguments_and_parameters() -> None:
    facts = Facts(shape=SHAPE, wrt=("x", "y"))
    right = {"value": RIGHT, "gradients": [RIGHT, None], "parameters": {"weight": RIGHT}}
    of_x = right | {"gradients": [RIGHT * -1, None]}
    assert said(of_x, right, facts).startswith("every number of the gradient of x is")
    of_weight = right | {"parameters": {"weight": RIGHT * 3}}
    assert "of the gradient of weight" in said(of_weight, right, facts)
    lost = right | {"gradients": [None, None], "parameters": {"weight": RIGHT * 3}}
    assert fit(lost, right, facts) == []


def test_a_part_of_zeros_is_right_to_rounding() -> None:
    facts = Facts(returns=("dQ", "dV"))
    right = (1e-18 * drawn(seed=8), RIGHT)
    assert said((0 * RIGHT, RIGHT * 3), right, facts).startswith("every number of dV is")


@pytest.mark.parametrize(
    "wrong",
    [
        None,
        "text",
        True,
        {},
        [],
        np.array(["a"]),
        RIGHT[:1],
        RIGHT > 0,
        1.5,
        RIGHT + 1j,
        np.inf * RIGHT,
    ],
    ids=lambda value: type(value).__name__,
)
def test_strange_values_fit_nothing(wrong: Any) -> None:
    assert fit(wrong) == []


@pytest.mark.parametrize("dtype", ["float16", "complex128"])
def test_dtypes_without_a_rule_fit_nothing(dtype: str) -> None:
    assert fit((RIGHT * 3).astype(dtype), RIGHT.astype(dtype)) == []


def test_whole_numbers_have_patterns_too() -> None:
    right = np.arange(-8, 8).reshape(4, 4)
    assert fit(right * 3, right) == ["constant_factor"]
    assert fit(right.T, right) == ["transposed"]
