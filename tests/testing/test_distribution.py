"""Random numbers: the right distribution passes, near misses do not."""

from __future__ import annotations

import numpy as np
import pytest

from judge.results import OffDistribution
from judge.testing import Failed, expect_mean, expect_normal, expect_rate

RNG = np.random.default_rng(5)


def evidence(failed: pytest.ExceptionInfo[Failed]) -> OffDistribution:
    found = failed.value.evidence
    assert isinstance(found, OffDistribution)
    return found


@pytest.mark.parametrize("seed", range(20))
def test_normal_numbers_are_normal(seed: int) -> None:
    sample = np.random.default_rng(seed).normal(1.0, 0.3, (50, 40))
    expect_normal(sample, mean=1.0, std=0.3, name="w")


@pytest.mark.parametrize(
    ("sample", "quantity"),
    [
        (RNG.normal(0.2, 1.0, 5000), "the mean of w"),
        (RNG.normal(0.0, 1.1, 5000), "the variance of w"),
        (RNG.normal(0.0, 0.9, 5000), "the variance of w"),
        (RNG.uniform(-np.sqrt(3), np.sqrt(3), 5000), "the kurtosis of w"),
        (np.full(5000, np.nan), "the mean of w"),
    ],
    ids=["mean", "wide", "narrow", "uniform", "nan"],
)
def test_other_numbers_are_not(sample: np.ndarray, quantity: str) -> None:
    with pytest.raises(Failed) as failed:
        expect_normal(sample, mean=0.0, std=1.0, name="w", hint="look")
    found = evidence(failed)
    assert found.quantity == quantity
    assert found.size == 5000
    assert found.hint == "look"


def test_a_rate_within_five_sigma_passes() -> None:
    expect_rate(1000, 10_000, 0.1, name="the share of zeros")
    expect_rate(1149, 10_000, 0.1, name="the share of zeros")  # sigma is 30
    expect_rate(0, 100, 0.0, name="the share of zeros")
    with pytest.raises(Failed) as failed:
        expect_rate(1151, 10_000, 0.1, name="the share of zeros")
    assert evidence(failed).got == pytest.approx(0.1151)
    assert evidence(failed).allowed == pytest.approx(0.015)


def test_a_rate_that_must_be_all_allows_no_exception() -> None:
    with pytest.raises(Failed):
        expect_rate(99, 100, 1.0, name="the share of zeros")


def test_a_mean_has_its_own_standard_error() -> None:
    expect_mean(np.array([0.0, 0.4]), mean=0.0, std=0.1, name="x")
    with pytest.raises(Failed):
        expect_mean(np.array([0.5, 0.5]), mean=0.0, std=0.1, name="x")
