"""Naive attention and its gradients, for the tests to compare with.

Written to be obviously right and unlike a solution: one head at a time, whole rows of scores,
always in float64, no running maximum, and the row sums of the backward as they come from the
softmax's Jacobian, sum(P * dP), not from the output. Inputs are (B, H, N, D) arrays of any float
dtype.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Array = NDArray[Any]
_STRIP = 128  # rows of scores held at once: the whole square of 4096 would be 134 MB


@dataclass(frozen=True)
class Inputs:
    """Q, K and V of one problem, float64 or float32, each (B, H, N, D)."""

    q: Array
    k: Array
    v: Array


@dataclass(frozen=True)
class Gradients:
    """dQ, dK and dV, float64: whole, (B, H, N, D), or of sampled positions, (B, H, rows, D)."""

    dq: Floats
    dk: Floats
    dv: Floats


def output(x: Inputs, causal: bool) -> Floats:
    """Full softmax attention, float64 (B, H, N, D)."""
    return forward(x, causal)[0]


def forward(x: Inputs, causal: bool) -> tuple[Floats, Floats]:
    """Output (B, H, N, D) and the natural logsumexp of its scores (B, H, N), float64."""
    out = np.empty(x.q.shape)
    logsumexp = np.empty(x.q.shape[:3])
    for head in _heads(x):
        q, k, v = (np.asarray(a[head], np.float64) for a in (x.q, x.k, x.v))
        for first in range(0, len(q), _STRIP):
            rows = np.arange(first, min(first + _STRIP, len(q)))
            seen = rows[-1] + 1 if causal else len(q)  # keys behind the last row have no weight
            p, norm = _softmax(_scores(q[rows], k[:seen], rows, causal))
            out[head][rows] = p @ v[:seen]
            logsumexp[head][rows] = norm
    return out, logsumexp


def cache(x: Inputs, causal: bool) -> dict[str, Array]:
    """What a right forward hands to the backward, in the dtype of the inputs: the five keys."""
    out, logsumexp = forward(x, causal)
    dtype = x.q.dtype
    return {"O": out.astype(dtype), "L": logsumexp.astype(dtype), "Q": x.q, "K": x.k, "V": x.v}


def gradients(x: Inputs, cotangent: Array, causal: bool) -> Gradients:
    """dQ, dK and dV by whole matrices, for short sequences. `cotangent` is dO, (B, H, N, D)."""
    result = Gradients(*(np.empty(x.q.shape) for _ in range(3)))
    for head in _heads(x):
        q, k, v, do = (np.asarray(a[head], np.float64) for a in (x.q, x.k, x.v, cotangent))
        p, _ = _softmax(_scores(q, k, np.arange(len(q)), causal))
        ds = _through_softmax(p, do @ v.T) / math.sqrt(q.shape[1])
        result.dq[head] = ds @ k
        result.dk[head] = np.einsum("ij,id->jd", ds, q)
        result.dv[head] = np.einsum("ij,id->jd", p, do)
    return result


# --- a few positions of a long sequence ---------------------------------------------------------


def output_rows(x: Inputs, rows: NDArray[np.intp], causal: bool) -> Floats:
    """The output of the query positions `rows` only: float64 (B, H, len(rows), D)."""
    out = np.empty((*x.q.shape[:2], len(rows), x.q.shape[3]))
    for head in _heads(x):
        q, k, v = (np.asarray(a[head], np.float64) for a in (x.q, x.k, x.v))
        out[head] = _softmax(_scores(q[rows], k, rows, causal))[0] @ v
    return out


def gradient_rows(
    x: Inputs, cotangent: Array, rows: NDArray[np.intp], causal: bool
) -> tuple[dict[str, Array], Gradients]:
    """The five keys, and dQ, dK and dV of the positions `rows` only.

    Row i of dQ needs row i of P. Row j of dK and dV needs column j of P, which the logsumexp of all
    rows gives, and the sums of P * dP of all rows, which are those of dO * O.
    """
    kept = cache(x, causal)
    result = Gradients(*(np.empty((*x.q.shape[:2], len(rows), x.q.shape[3])) for _ in range(3)))
    for head in _heads(x):
        q, k, v, do = (np.asarray(a[head], np.float64) for a in (x.q, x.k, x.v, cotangent))
        scale = 1 / math.sqrt(q.shape[1])
        p, _ = _softmax(_scores(q[rows], k, rows, causal))
        result.dq[head] = scale * _through_softmax(p, do[rows] @ v.T) @ k
        column = _scores(q, k[rows], np.arange(len(q)), causal=False)
        if causal:
            column[np.arange(len(q))[:, None] < rows] = -np.inf
        p = np.exp(column - kept["L"][head][:, None])
        row_sums = np.einsum("id,id->i", do, kept["O"][head])
        ds = p * (do @ v[rows].T - row_sums[:, None])
        result.dk[head] = scale * np.einsum("ij,id->jd", ds, q)
        result.dv[head] = np.einsum("ij,id->jd", p, do)
    return kept, result


# --- parts --------------------------------------------------------------------------------------


def _heads(x: Inputs) -> Iterator[tuple[int, int]]:
    for b in range(x.q.shape[0]):
        for h in range(x.q.shape[1]):
            yield b, h


def _scores(q: Floats, k: Floats, rows: NDArray[np.intp], causal: bool) -> Floats:
    """Scaled scores of queries at the positions `rows` with the keys at 0, 1, ...; hidden: -inf."""
    scores: Floats = q @ k.T / math.sqrt(q.shape[1])
    if causal:
        first = int(rows.min())  # every row sees the keys before this one
        scores[:, first:][rows[:, None] < np.arange(first, len(k))] = -np.inf
    return scores


def _softmax(scores: Floats) -> tuple[Floats, Floats]:
    """Each row's weights and the logarithm of what they were divided by. Every row sees a key."""
    top = scores.max(axis=1)
    weights = np.exp(scores - top[:, None])
    total = weights.sum(axis=1)
    return weights / total[:, None], top + np.log(total)


def _through_softmax(p: Floats, dp: Floats) -> Floats:
    """dS of rows of P, by the Jacobian diag(p) - p p^T of each row."""
    return np.asarray(p * dp - p * np.einsum("ij,ij->i", p, dp)[:, None])
