# style: functional, tiles padded to full size and folded with functools.reduce, scores transposed
from functools import reduce

import numpy as np


def take(x, start, t):
    """Tile of exactly t rows; rows past the end are zeros."""
    tile = x[start : start + t]
    return np.pad(tile, ((0, t - len(tile)), (0, 0)))


def make_step(q, K, V, i, t, causal):
    n = len(K)

    def step(state, j):
        m, l, acc = state
        # scores are keys x queries here, so the softmax runs down the columns
        s = take(K, j, t) @ q.T
        key, query = np.ogrid[j : j + t, i : i + t]
        keep = (key < n) & (key <= query if causal else True)
        s = np.where(keep, s, -np.inf)
        new = np.maximum(m, s.max(axis=0))
        p = np.exp(s - new)
        if (new > m).any():
            shrink = np.exp(m - new)
            l, acc = l * shrink, acc * shrink
        return new, l + p.sum(axis=0), acc + take(V, j, t).T @ p

    return step


def flash_attention_fwd(Q, K, V, tile_size, causal=True):
    B, H, N, D = Q.shape
    t = min(tile_size, N)
    O, L = np.empty((B, H, N, D), Q.dtype), np.empty((B, H, N))
    for bh in np.ndindex(B, H):
        for i in range(0, N, t):
            q = take(Q[bh], i, t) / np.sqrt(D)
            start = (np.full(t, -np.inf), np.zeros(t), np.zeros((D, t)))
            step = make_step(q, K[bh], V[bh], i, t, causal)
            m, l, acc = reduce(step, range(0, i + 1 if causal else N, t), start)
            O[bh][i : i + t] = (acc / l).T[: N - i]
            L[bh][i : i + t] = (m + np.log(l))[: N - i]
    return O, dict(zip("OLQKV", (O, L, Q.copy(), K.copy(), V.copy())))


def flash_attention_bwd(dO, cache, tile_size, causal=True):
    O, L, Q, K, V = map(cache.__getitem__, "OLQKV")
    B, H, N, D = Q.shape
    t = min(tile_size, N)
    grads = tuple(np.zeros((B, H, N, D), Q.dtype) for _ in "QKV")
    for bh in np.ndindex(B, H):
        dq, dk, dv = (g[bh] for g in grads)
        for i in range(0, N, t):
            q, do, o = (take(x[bh], i, t) for x in (Q, dO, O))
            lse = take(L[bh][:, None], i, t)[:, 0]
            delta = (do * o).sum(axis=1)
            for j in range(0, i + 1 if causal else N, t):
                k, v = take(K[bh], j, t), take(V[bh], j, t)
                key, query = np.ogrid[j : j + t, i : i + t]
                keep = (key < N) & (query < N) & (key <= query if causal else True)
                p = np.exp(np.where(keep, k @ q.T / np.sqrt(D) - lse, -np.inf))
                ds = p * (v @ do.T - delta) / np.sqrt(D)
                dv[j : j + t] += (p @ do)[: N - j]
                dk[j : j + t] += (ds @ q)[: N - j]
                dq[i : i + t] += (ds.T @ k)[: N - i]
    return grads
