"""Expectations on cost: three witnesses of memory, growth, time, calls."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from judge.results import CostTooHigh
from judge.testing import (
    Failed,
    Measured,
    expect_at_most,
    expect_growth,
    expect_memory,
)

RUN = Measured(
    value=None,
    seconds=0.5,
    traced_bytes=100,
    resident_bytes=1000,
    virtual_bytes=10_000,
    returned_bytes=50,
    find_line=lambda: "line 3: S = Q @ K.T",
)
LEAN = replace(RUN, traced_bytes=10, resident_bytes=900, find_line=lambda: None)


def memory_fails(**limits: float) -> CostTooHigh:
    with pytest.raises(Failed) as caught:
        expect_memory(RUN, reference=LEAN, square=64, hint="look", **limits)
    assert isinstance(caught.value.evidence, CostTooHigh)
    return caught.value.evidence


def test_a_call_within_its_limits_passes() -> None:
    expect_memory(RUN)
    expect_memory(RUN, traced=100, resident=1000, virtual=10_000)


def test_the_evidence_names_the_witness_and_the_line() -> None:
    found = memory_fails(traced=99)
    assert found == CostTooHigh(
        what="traced memory",
        used=100,
        limit=99,
        reference=10,
        line="line 3: S = Q @ K.T",
        square=64,
        hint="look",
    )
    found = memory_fails(resident=999)
    assert (found.what, found.used, found.reference) == ("resident memory", 1000, 900)


def test_virtual_memory_never_fails_alone() -> None:
    expect_memory(RUN, virtual=1)
    expect_memory(RUN, traced=200, virtual=1)  # the traced peak is at half of its limit
    found = memory_fails(traced=199, virtual=9_999)
    assert (found.what, found.used, found.limit) == ("virtual memory", 10_000, 9_999)


def test_a_line_is_looked_for_only_after_a_failure() -> None:
    def never() -> str:
        raise AssertionError("asked")

    expect_memory(replace(RUN, find_line=never), traced=100)


def test_a_limit_that_is_nan_fails() -> None:
    assert math.isnan(memory_fails(traced=math.nan).limit)


# --- growth -------------------------------------------------------------------------------------

BYTES = st.floats(0, 1e12)


@given(BYTES, BYTES, st.floats(1.0, 5.0), st.floats(0, 1e7))
def test_growth_is_the_ratio_of_the_last_to_the_first(
    first: float, last: float, at_most: float, floor: float
) -> None:
    scratch = {2048: last, 1024: first}
    low, high = max(first, floor, 1.0), max(last, floor, 1.0)
    if high / low <= at_most:
        expect_growth(scratch, at_most=at_most, floor=floor)
        return
    with pytest.raises(Failed) as caught:
        expect_growth(scratch, at_most=at_most, floor=floor, hint="look")
    found = caught.value.evidence
    assert isinstance(found, CostTooHigh)
    assert (found.what, found.limit, found.hint) == ("growth", at_most, "look")
    assert found.used == high / low
    assert (found.sizes, found.uses, found.square) == ((1024, 2048), (first, last), 2048)


def test_what_the_measures_of_memory_tell_apart() -> None:
    n = {1024: 8.0 * 1024**2, 2048: 8.0 * 2048**2}
    with pytest.raises(Failed):
        expect_growth(n)
    expect_growth({1024: 2e6, 2048: 4e6})
    expect_growth({1024: 10.0, 2048: 900_000.0})  # below the floor of both


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_growth_without_a_number_fails(bad: float) -> None:
    with pytest.raises(Failed):
        expect_growth({1: 1.0, 2: bad})


# --- time and calls -----------------------------------------------------------------------------


def test_a_use_within_its_limit_passes() -> None:
    expect_at_most(3, 3, what="calls")
    expect_at_most(0.1, 0.2, what="time")


@pytest.mark.parametrize(("used", "limit"), [(4, 3), (math.nan, 3), (3, math.nan), (math.inf, 9)])
def test_a_use_over_its_limit_fails(used: float, limit: float) -> None:
    with pytest.raises(Failed) as caught:
        expect_at_most(used, limit, what="calls", reference=2, hint="count")
    found = caught.value.evidence
    assert isinstance(found, CostTooHigh)
    assert (found.what, found.reference, found.hint) == ("calls", 2, "count")
