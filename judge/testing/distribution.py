"""Random numbers against the distribution they should have, at five sigma of the exact statistic.

A right submission fails by chance once in about two million draws of a statistic. Seeds are drawn
from the seed of the check, so a failure can be repeated.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from judge.results import OffDistribution
from judge.testing.closeness import number_array
from judge.testing.failed import Failed

SIGMAS = 5.0


def expect_rate(hits: int, size: int, rate: float, *, name: str, hint: str | None = None) -> None:
    """`hits` of `size` independent draws happened, each of probability `rate`. Raises Failed."""
    allowed = SIGMAS * math.sqrt(rate * (1 - rate) / size)
    _expect(name, hits / size, rate, allowed, size, hint)


def expect_normal(
    sample: Any, *, mean: float, std: float, name: str, hint: str | None = None
) -> None:
    """Independent normal draws: mean, variance and kurtosis are theirs. Raises Failed.

    Standard errors: std / sqrt(n), std² sqrt(2 / n) and sqrt(24 / n).
    """
    values = number_array(sample, name, hint).astype(np.float64).reshape(-1)
    n = values.size
    found = float(values.mean())
    _expect(f"the mean of {name}", found, mean, SIGMAS * std / math.sqrt(n), n, hint)
    variance = float(np.mean((values - mean) ** 2))
    allowed = SIGMAS * std**2 * math.sqrt(2 / n)
    _expect(f"the variance of {name}", variance, std**2, allowed, n, hint)
    kurtosis = float(np.mean((values - mean) ** 4)) / max(variance, 1e-300) ** 2
    _expect(f"the kurtosis of {name}", kurtosis, 3.0, SIGMAS * math.sqrt(24 / n), n, hint)


def expect_mean(
    sample: Any, *, mean: float, std: float, name: str, hint: str | None = None
) -> None:
    """The mean of independent draws of this standard deviation. Raises Failed."""
    values = number_array(sample, name, hint).astype(np.float64).reshape(-1)
    allowed = SIGMAS * std / math.sqrt(values.size)
    _expect(f"the mean of {name}", float(values.mean()), mean, allowed, values.size, hint)


def _expect(
    quantity: str, got: float, expected: float, allowed: float, size: int, hint: str | None
) -> None:
    if not abs(got - expected) <= allowed:
        raise Failed(
            OffDistribution(
                quantity=quantity,
                got=got,
                expected=expected,
                allowed=allowed,
                size=size,
                hint=hint,
            )
        )
