# style: functools.reduce over normalised outputs and logaddexp, a named tuple, match and walrus
from functools import partial, reduce
from typing import NamedTuple

import numpy as np


class State(NamedTuple):
    """What is known after some keys: the normalised output and the logsumexp."""

    out: np.ndarray
    lse: np.ndarray


def tile_scores(q, k, *, row, col, causal):
    s = np.einsum("bhqd,bhkd->bhqk", q, k, optimize=True)
    s = s / np.asarray(np.sqrt(q.shape[-1]), dtype=s.dtype)
    match causal, row < col + k.shape[2] - 1:
        case True, True:
            later = (col + np.arange(k.shape[2]))[None, :] > (row + np.arange(q.shape[2]))[:, None]
            s[:, :, later] = -np.inf
        case _:
            pass
    return s


def absorb(state, col, *, q, row, K, V, t, causal):
    s = tile_scores(q, K[:, :, col : col + t], row=row, col=col, causal=causal)
    # Two steps instead of m and l: both states are normalised, exp(old - new) brings the old one
    # down to its share. The inverse would give it a share above one. A tile that hides everything
    # would have the logsumexp -inf, and (-inf) - (-inf) is NaN: such tiles are never absorbed.
    top = s.max(-1)
    tile = top + np.log(np.exp(s - top[..., None]).sum(-1))
    lse = tile if state is None else np.logaddexp(state.lse, tile)
    fresh = np.exp(s - lse[..., None]) @ V[:, :, col : col + t]
    if state is not None:
        fresh += state.out * np.exp(state.lse - lse)[..., None]
    return State(fresh, lse)


def flash_attention_fwd(Q, K, V, tile_size, causal=True):
    n, t = Q.shape[2], tile_size
    O, L = np.empty_like(Q, order="C"), np.empty(Q.shape[:3], Q.dtype)
    row = 0
    while (stop := min(row + t, n)) > row:
        step = partial(absorb, q=Q[:, :, row:stop], row=row, K=K, V=V, t=t, causal=causal)
        state = reduce(step, range(0, stop if causal else n, t), None)
        O[:, :, row:stop], L[:, :, row:stop] = state
        row = stop
    return O, {"O": O, "L": L, "Q": Q, "K": K, "V": V}


def flash_attention_bwd(dO, cache, tile_size, causal=True):
    match cache:
        case {"O": O, "L": L, "Q": Q, "K": K, "V": V}:
            pass
    n, t = Q.shape[2], tile_size
    root = np.asarray(np.sqrt(Q.shape[3]), dtype=Q.dtype)
    delta = (dO * O).sum(axis=3)
    dQ, dK, dV = np.zeros((3, *Q.shape), Q.dtype)
    for row in reversed(range(0, n, t)):
        q, do = Q[:, :, row : row + t], dO[:, :, row : row + t]
        for col in reversed(range(0, min(row + t, n) if causal else n, t)):
            k, v = K[:, :, col : col + t], V[:, :, col : col + t]
            p = tile_scores(q, k, row=row, col=col, causal=causal)
            p = np.exp(p - L[:, :, row : row + t, None])
            ds = np.einsum("bhqd,bhkd->bhqk", do, v, optimize=True) - delta[:, :, row : row + t, None]
            ds = ds * p / root
            dV[:, :, col : col + t] += np.einsum("bhqk,bhqd->bhkd", p, do, optimize=True)
            dK[:, :, col : col + t] += np.einsum("bhqk,bhqd->bhkd", ds, q, optimize=True)
            dQ[:, :, row : row + t] += ds @ k
    return dQ, dK, dV
