"""Inputs that tell implementations apart."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from judge.results import Said, Status
from judge.testing import Failed, expect, poison


@given(st.integers(0, 6), st.integers(0, 6), st.sampled_from([-2, 1, -1, 2, 0]))
def test_poison_is_in_these_rows_of_a_copy(start: int, stop: int, axis: int) -> None:
    array = np.ones((2, 5, 3))
    found = poison(array, slice(start, stop), axis)
    assert not np.isnan(array).any()
    assert found.dtype == array.dtype
    rows = np.moveaxis(np.isnan(found), axis, 0)
    for row, spoilt in enumerate(rows):
        assert spoilt.all() == (start <= row < stop)
        assert spoilt.any() == (start <= row < stop)


def test_poison_spoils_what_is_computed_and_masked_afterwards() -> None:
    k = poison(np.ones((4, 2)), slice(2, None))
    mask = np.array([1.0, 1.0, 0.0, 0.0])
    with np.errstate(invalid="ignore"):
        assert np.isnan((mask * (k @ np.ones(2))).sum())
    assert np.isfinite((k[:2] @ np.ones(2)).sum())


def test_an_expectation_in_the_authors_words() -> None:
    expect(True, expected="x", got="y")
    with pytest.raises(Failed) as caught:
        expect(False, expected="at most 3 calls", got="7", where=["in the loop"], hint="count")
    assert caught.value.status is Status.FAILED
    assert caught.value.evidence == Said(
        expected="at most 3 calls", got="7", where=("in the loop",), hint="count"
    )
