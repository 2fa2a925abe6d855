"""The softmax by another formula and in plain Python: p_i = 1 / sum_j exp(x_j - x_i)."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray


def softmax(x: NDArray[Any], axis: int) -> NDArray[np.float64]:
    """x of any shape -> the weights along `axis`, float64, same shape."""
    scores = np.moveaxis(x.astype(np.float64), axis, -1)
    weights = np.empty_like(scores)
    for place in np.ndindex(scores.shape[:-1]):
        weights[place] = _weights(scores[place].tolist())
    return np.moveaxis(weights, -1, axis)


def _weights(scores: list[float]) -> list[float]:
    return [
        0.0 if mine == -math.inf else 1.0 / math.fsum(_exp(other - mine) for other in scores)
        for mine in scores
    ]


def _exp(exponent: float) -> float:
    try:
        return math.exp(exponent)
    except OverflowError:
        return math.inf
