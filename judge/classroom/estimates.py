"""How often a model solves a challenge, estimated from its samples, with intervals of 95%.

pass@k is the chance that at least one of k samples passes. The estimate is the unbiased one of
Chen et al. 2021, "Evaluating Large Language Models Trained on Code" (arXiv:2107.03374), section
2.1: of n samples c passed, and pass@k = 1 - C(n - c, k) / C(n, k), averaged over the challenges.

The interval of pass@1 is Wilson's (Wilson 1927, "Probable Inference, the Law of Succession, and
Statistical Inference"). Challenges weigh the same, however many samples each has, so it is taken at
the effective number of samples (Kish 1965, "Survey Sampling"): 3 beside 100 do not count as 103.

That of pass@k is a percentile bootstrap with a fixed seed (Efron and Tibshirani 1993, "An
Introduction to the Bootstrap"): challenges are drawn anew, then the samples of each. Where all
samples passed, or none, nothing varies when they are drawn anew; there the bounds are Wilson's for
one sample, carried over by 1 - (1 - p) ** k.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_Z = 1.959963984540054  # of the normal distribution, for 95%
_ROUNDS = 1000
_SEED = 20210707
_STEPS = (1, 2, 5)  # and ten times these, and so on


@dataclass(frozen=True)
class Tried:
    """Samples of one model for one challenge: how many there are, how many passed."""

    samples: int
    passed: int


@dataclass(frozen=True)
class Estimate:
    """pass@k, and the bounds of its interval."""

    k: int
    value: float
    low: float
    high: float


def pass_at_k(samples: int, passed: int, k: int) -> float:
    """The chance that k of the samples, drawn without putting back, hold one that passed."""
    if not 1 <= k <= samples:
        raise ValueError(f"k={k} with {samples} samples")
    return 1 - math.comb(samples - passed, k) / math.comb(samples, k)


def wilson(share: float, samples: float) -> tuple[float, float]:
    """The bounds of a share that was seen in so many samples."""
    square = _Z * _Z / samples
    middle = (share + square / 2) / (1 + square)
    half = _Z / (1 + square) * math.sqrt(share * (1 - share) / samples + square / (4 * samples))
    return max(0.0, min(share, middle - half)), min(1.0, max(share, middle + half))


def sizes(most: int) -> Iterator[int]:
    """1, 2, 5, 10, 20, 50, ... up to `most`."""
    scale = 1
    while scale <= most:
        yield from (step * scale for step in _STEPS if step * scale <= most)
        scale *= 10


def estimates(tried: Sequence[Tried]) -> tuple[Estimate, ...]:
    """pass@k of one model over its challenges, for each k that all of them have samples for."""
    tried = [one for one in tried if one.samples]
    if not tried:
        return ()
    most = min(one.samples for one in tried)
    return tuple(_estimate(tried, k) for k in sizes(most))


def _estimate(tried: Sequence[Tried], k: int) -> Estimate:
    value = _mean([pass_at_k(one.samples, one.passed, k) for one in tried])
    samples = _effective(tried)
    if k == 1:
        return Estimate(1, value, *wilson(value, samples))
    if {one.passed / one.samples for one in tried} in ({0.0}, {1.0}):
        low, high = (1 - (1 - bound) ** k for bound in wilson(value, samples))
    else:
        low, high = _bootstrap(tried, k)
    return Estimate(k, value, min(low, value), max(high, value))


def _effective(tried: Sequence[Tried]) -> float:
    """As many samples as vary like these, were they all of one challenge."""
    return len(tried) ** 2 / math.fsum(1 / one.samples for one in tried)


def _bootstrap(tried: Sequence[Tried], k: int) -> tuple[float, float]:
    """The bounds between which 95% of the estimates from samples drawn anew lie."""
    drawn = random.Random(_SEED)  # noqa: S311  statistics, not secrets
    known = {one.samples: _table(one.samples, k) for one in tried}

    def once() -> float:
        chosen = drawn.choices(tried, k=len(tried))
        return _mean([known[one.samples][_redrawn(one, drawn)] for one in chosen])

    found = sorted(once() for _ in range(_ROUNDS))
    edge = round(0.025 * _ROUNDS)
    return found[edge], found[-1 - edge]


def _table(samples: int, k: int) -> list[float]:
    """The estimate for each number of samples that may have passed."""
    return [pass_at_k(samples, passed, k) for passed in range(samples + 1)]


def _redrawn(one: Tried, drawn: random.Random) -> int:
    """How many passed of as many samples drawn from these, with putting back."""
    if one.passed in (0, one.samples):
        return one.passed
    share = one.passed / one.samples
    return sum(drawn.random() < share for _ in range(one.samples))


def _mean(values: Sequence[float]) -> float:
    return math.fsum(values) / len(values)
