"""Expectations on values: what passes, what fails, and what the evidence says."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from judge.results import Changed, NotFinite, WrongShape, WrongType, WrongValue
from judge.testing import (
    Failed,
    expect_close,
    expect_dtype,
    expect_finite,
    expect_same,
    expect_shape,
    expect_type,
)

Array = np.ndarray[Any, Any]

SHAPES = hnp.array_shapes(min_dims=0, max_dims=3, min_side=1, max_side=5)
NUMBERS = st.floats(-1e6, 1e6, allow_subnormal=False)
ARRAYS = hnp.arrays(np.float64, SHAPES, elements=NUMBERS)
NUMERIC = st.sampled_from(["float32", "float64", "int8", "int64", "uint8", "bool", "complex128"])
ANY_ARRAYS = NUMERIC.flatmap(lambda dtype: hnp.arrays(np.dtype(dtype), SHAPES))


def evidence(kind: type, function: Any, *args: Any, **kwargs: Any) -> Any:
    """The evidence, of that kind, of an expectation that must not hold."""
    with pytest.raises(Failed) as caught:
        function(*args, **kwargs)
    assert isinstance(caught.value.evidence, kind)
    return caught.value.evidence


def place(array: Array, data: st.DataObject) -> tuple[int, ...]:
    """Any index into `array`."""
    return tuple(data.draw(st.integers(0, side - 1)) for side in array.shape)


# --- close --------------------------------------------------------------------------------------


@given(ARRAYS)
def test_an_array_is_close_to_itself(array: Array) -> None:
    expect_close(array.copy(), array, tolerance=0.0)


@given(ARRAYS, st.data(), st.sampled_from([math.nan, math.inf, -math.inf]))
def test_one_number_that_is_not_finite_always_fails(
    want: Array, data: st.DataObject, bad: float
) -> None:
    got = want.copy()
    index = place(got, data)
    got[index] = bad
    found = evidence(NotFinite, expect_close, got, want, tolerance=1e300, absolute=True)
    assert found.first == index
    assert (found.nan, found.inf) == ((1, 0) if math.isnan(bad) else (0, 1))
    assert found.size == want.size


@given(ARRAYS, st.data())
def test_nan_in_what_is_expected_never_passes(got: Array, data: st.DataObject) -> None:
    want = got.copy()
    want[place(want, data)] = math.nan
    evidence(WrongValue, expect_close, got, want, tolerance=1e300)


@given(ARRAYS, ARRAYS)
def test_nothing_is_broadcast(got: Array, want: Array) -> None:
    assume(got.shape != want.shape)
    found = evidence(WrongShape, expect_close, got, want, tolerance=1e300)
    assert (found.got, found.expected) == (got.shape, want.shape)


@given(ARRAYS, st.data(), st.floats(1e-8, 1e-2), st.floats(1.01, 100.0))
def test_the_error_is_over_the_scale_of_what_is_expected(
    want: Array, data: st.DataObject, tolerance: float, times: float
) -> None:
    scale = float(np.abs(want).max())
    assume(scale > 1e-3)
    index = place(want, data)
    got = want.copy()
    got[index] += times * tolerance * scale
    found = evidence(WrongValue, expect_close, got, want, tolerance=tolerance)
    assert found.worst == index
    assert found.share == pytest.approx(1 / want.size)
    assert found.error == pytest.approx(times * tolerance, rel=1e-6)
    assert (found.got, found.expected) == (got[index], want[index])
    expect_close(got, want, tolerance=times * tolerance * 1.01)


PAIRS = SHAPES.flatmap(
    lambda shape: st.tuples(*[hnp.arrays(np.float64, shape, elements=NUMBERS)] * 2)
)


@given(PAIRS, st.sampled_from([2.0**-20, 2.0**-3, 4.0, 2.0**40]))
def test_the_unit_of_measurement_does_not_matter(pair: tuple[Array, Array], unit: float) -> None:
    left, right = pair
    right[...] += left.size * 1e-3  # a scale of its own

    def passes(got: Array, want: Array) -> bool:
        try:
            expect_close(got, want, tolerance=1e-3)
        except Failed:
            return False
        return True

    assert passes(left, right) == passes(left * unit, right * unit)


def test_an_expectation_of_zeros_has_no_scale_of_its_own() -> None:
    expect_close(np.full(3, 1e-5), np.zeros(3), tolerance=1e-4)
    found = evidence(WrongValue, expect_close, np.full(3, 1e-3), np.zeros(3), tolerance=1e-4)
    assert found.error == 1e-3


def test_a_floor_bounds_the_scale_from_below() -> None:
    got, want = np.array([0.02]), np.array([0.01])
    evidence(WrongValue, expect_close, got, want, tolerance=0.1)
    expect_close(got, want, tolerance=0.1, floor=1.0)


def test_an_absolute_error_has_no_scale() -> None:
    got, want = np.array([1000.5]), np.array([1000.0])
    expect_close(got, want, tolerance=1e-3)
    found = evidence(WrongValue, expect_close, got, want, tolerance=1e-3, absolute=True)
    assert found.absolute
    assert found.error == 0.5


def test_empty_arrays_are_close_when_their_shapes_are() -> None:
    expect_close(np.zeros((0, 3)), np.zeros((0, 3)))
    evidence(WrongShape, expect_close, np.zeros((3, 0)), np.zeros((0, 3)))


def test_small_dtypes_do_not_wrap_or_round() -> None:
    evidence(WrongValue, expect_close, np.array([0], np.uint8), np.array([255], np.uint8))
    evidence(WrongValue, expect_close, np.array([-128], np.int8), np.array([127], np.int8))
    got = evidence(WrongValue, expect_close, np.array([1.001], np.float32), np.array([1.0]))
    assert got.error == pytest.approx(1e-3, rel=1e-3)
    expect_close(np.array([0.1], np.float32), np.array([0.1]), tolerance=1e-7)


def test_differences_that_overflow_are_wrong_and_no_warning() -> None:
    found = evidence(WrongValue, expect_close, np.array([1e308]), np.array([-1e308]))
    assert found.error == math.inf


def test_complex_numbers_compare_in_the_plane() -> None:
    expect_close(np.array([1 + 2j]), np.array([1 + 2j]))
    found = evidence(WrongValue, expect_close, np.array([1 + 2j]), np.array([1 - 2j]))
    assert found.error == pytest.approx(4 / math.sqrt(5))


@pytest.mark.parametrize("got", [np.ones(2, int), np.ones(2, bool), np.ones(2, complex)])
def test_floats_are_expected_where_floats_are_wanted(got: Array) -> None:
    found = evidence(WrongType, expect_close, got, np.ones(2))
    assert found.got == str(got.dtype)


def test_numbers_count_as_arrays_of_no_axes() -> None:
    expect_close(3.0, np.float64(3.0))
    expect_close(3, 3.0)
    expect_close(np.float32(3.0), 3.0)
    expect_close(2, np.int64(2))
    evidence(WrongShape, expect_close, 3.0, np.array([3.0]))


@pytest.mark.parametrize(
    ("got", "type_"),
    [
        (None, "NoneType"),
        ([1.0], "list"),
        ((1.0,), "tuple"),
        ("1", "str"),
        (True, "bool"),
        ({}, "dict"),
        (10**400, "int"),
    ],
)
def test_what_is_no_array_is_told_by_its_type(got: object, type_: str) -> None:
    found = evidence(WrongType, expect_close, got, np.ones(1), name="O", hint="look")
    assert (found.quantity, found.got, found.expected) == ("O", type_, "a NumPy array")
    assert found.hint == "look"


def test_the_dtype_is_looked_at_before_the_numbers() -> None:
    got = np.full(2, np.nan)
    found = evidence(WrongType, expect_close, got, np.ones(2, np.float32), dtype=np.float32)
    assert (found.got, found.expected) == ("float64", "float32")
    expect_close(np.ones(2, np.float32), np.ones(2), dtype="float32")


def test_the_evidence_carries_what_the_author_said() -> None:
    got, want = np.zeros((1, 2, 6, 3)), np.zeros((1, 2, 6, 3))
    got[0, 1, 4, 2] = 7.0
    axes = ("b", "h", "row", "col")
    found = evidence(
        WrongValue,
        expect_close,
        got,
        want,
        name="O",
        against="full softmax attention",
        axes=axes,
        tile=2,
        hint="print m",
    )
    assert (found.quantity, found.against, found.hint) == ("O", "full softmax attention", "print m")
    assert (found.axes, found.worst) == (axes, (0, 1, 4, 2))
    assert [(head.label, head.marks) for head in found.places.heads] == [
        ("b0 h0", "---"),
        ("b0 h1", "--:"),
    ]
    assert found.places.right == ((0, 3), (5, 5))
    assert found.places.first_wrong == 4


# --- the same -----------------------------------------------------------------------------------


@given(ANY_ARRAYS)
def test_an_array_is_the_same_as_its_copy_in_any_layout(array: Array) -> None:
    expect_same(np.asfortranarray(array) if array.ndim else array.copy(), array, name="x")


@given(hnp.arrays(np.float64, SHAPES), st.data())
def test_one_changed_bit_is_seen(before: Array, data: st.DataObject) -> None:
    after = before.copy()
    index = place(after, data)
    bits = after.view(np.uint64) if after.ndim else after.reshape(1).view(np.uint64)
    bits[index if after.ndim else 0] ^= np.uint64(1 << data.draw(st.integers(0, 63)))
    found = evidence(Changed, expect_same, after, before, name="Q", by="the next call")
    assert (found.quantity, found.by) == ("Q", "the next call")
    assert (found.count, found.size) == (1, before.size)


def test_signs_of_zero_and_nan_are_bits_too() -> None:
    expect_same(np.array([np.nan]), np.array([np.nan]), name="x")
    evidence(Changed, expect_same, np.array([-0.0]), np.array([0.0]), name="x")
    evidence(Changed, expect_same, -0.0, 0.0, name="x")
    expect_same(np.zeros((0, 2)), np.zeros((0, 2)), name="x")


def test_shape_and_dtype_must_be_the_same_too() -> None:
    evidence(WrongShape, expect_same, np.zeros(3), np.zeros((3, 1)), name="x")
    evidence(WrongShape, expect_same, np.zeros(1), 0.0, name="x")
    evidence(WrongType, expect_same, np.zeros(3, np.float32), np.zeros(3), name="x")
    evidence(WrongType, expect_same, None, np.zeros(3), name="x")


# --- single questions ---------------------------------------------------------------------------


def test_types() -> None:
    expect_type({}, dict, name="cache")
    found = evidence(WrongType, expect_type, [], dict, name="cache", hint="return a dict")
    assert (found.quantity, found.got, found.expected) == ("cache", "list", "dict")


def test_a_value_that_has_a_method_called_type_is_named_by_its_class() -> None:
    class Tensor:
        def type(self) -> str:
            return "torch.LongTensor"

    for expected, arguments in ((list, (Tensor(), list)), (None, (Tensor(), (1,)))):
        expectation = expect_type if expected else expect_shape
        found = evidence(WrongType, expectation, *arguments, name="tokens")
        assert found.got == "Tensor"


def test_shapes() -> None:
    expect_shape(np.zeros((2, 3)), [2, 3])
    expect_shape(1.0, ())  # type: ignore[arg-type]  # a number is accepted
    found = evidence(WrongShape, expect_shape, np.zeros((2, 3)), (3, 2), name="O")
    assert (found.quantity, found.got, found.expected) == ("O", (2, 3), (3, 2))


def test_dtypes() -> None:
    expect_dtype(np.zeros(1, np.float32), "float32")
    found = evidence(WrongType, expect_dtype, np.zeros(1), np.float32, name="O")
    assert (found.got, found.expected) == ("float64", "float32")


def test_finiteness() -> None:
    expect_finite(np.zeros((0, 3)))
    expect_finite(np.arange(3))
    got = np.ones((2, 4))
    got[1, 1:] = [np.nan, np.inf, -np.inf]
    found = evidence(NotFinite, expect_finite, got, name="O", axes=("h", "row"), tile=2)
    assert (found.nan, found.inf, found.size, found.first) == (1, 2, 8, (1, 1))
    assert [head.marks for head in found.places.heads] == ["--", ":#"]
