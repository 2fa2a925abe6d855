# style: float64 copies of one head at a time, small functions with typed signatures
from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


class HeadResult(NamedTuple):
    out: Array
    lse: Array


def forward_head(q: Array, k: Array, v: Array, tile: int, causal: bool) -> HeadResult:
    n, d = q.shape
    out, lse = np.empty((n, d)), np.empty(n)
    for r0 in range(0, n, tile):
        r1 = min(r0 + tile, n)
        m: Array = np.full(r1 - r0, -np.inf)
        l: Array = np.zeros(r1 - r0)
        acc: Array = np.zeros((r1 - r0, d))
        for c0 in range(0, r1 if causal else n, tile):
            c1 = min(c0 + tile, n)
            s = scores(q[r0:r1], k[c0:c1], r0, c0, causal)
            m_new = np.maximum(m, s.max(axis=1))
            factor = np.exp(m - m_new)
            p = np.exp(s - m_new[:, np.newaxis])
            l, m = l * factor + p.sum(axis=1), m_new
            acc = acc * factor[:, np.newaxis] + p @ v[c0:c1]
        out[r0:r1] = acc / l[:, np.newaxis]
        lse[r0:r1] = m + np.log(l)
    return HeadResult(out, lse)


def scores(q: Array, k: Array, r0: int, c0: int, causal: bool) -> Array:
    s = q @ k.T / np.sqrt(q.shape[1])
    if causal:
        later = (c0 + np.arange(len(k)))[np.newaxis, :] > (r0 + np.arange(len(q)))[:, np.newaxis]
        s[later] = -np.inf
    return s


def flash_attention_fwd(Q, K, V, tile_size: int, causal: bool = True):
    O, L = np.empty(Q.shape, Q.dtype), np.empty(Q.shape[:3])
    for bh in np.ndindex(Q.shape[:2]):
        head = (x[bh].astype(np.float64) for x in (Q, K, V))
        O[bh], L[bh] = forward_head(*head, tile_size, causal)
    return O, {"O": O, "L": L, "Q": Q.copy(), "K": K.copy(), "V": V.copy()}


def backward_head(q, k, v, o, do, lse, tile: int, causal: bool) -> tuple[Array, Array, Array]:
    n, d = q.shape
    dq, dk, dv = np.zeros((n, d)), np.zeros((n, d)), np.zeros((n, d))
    delta = np.einsum("nd,nd->n", do, o)
    for c0 in range(0, n, tile):
        c = slice(c0, min(c0 + tile, n))
        for r0 in range(c0 if causal else 0, n, tile):
            r = slice(r0, min(r0 + tile, n))
            p = np.exp(scores(q[r], k[c], r0, c0, causal) - lse[r, np.newaxis])
            dv[c] += p.T @ do[r]
            ds = p * (do[r] @ v[c].T - delta[r, np.newaxis]) / np.sqrt(d)
            dq[r] += ds @ k[c]
            dk[c] += ds.T @ q[r]
    return dq, dk, dv


def flash_attention_bwd(dO, cache, tile_size: int, causal: bool = True):
    dtype = cache["Q"].dtype
    grads = [np.empty(dO.shape, dtype) for _ in range(3)]
    names = ("Q", "K", "V", "O")
    for bh in np.ndindex(dO.shape[:2]):
        arrays = [cache[x][bh].astype(np.float64) for x in names]
        arrays += [dO[bh].astype(np.float64), cache["L"][bh].astype(np.float64)]
        for whole, part in zip(grads, backward_head(*arrays, tile_size, causal), strict=True):
            whole[bh] = part
    return tuple(grads)
