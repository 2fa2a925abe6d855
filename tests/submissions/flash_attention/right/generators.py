# style: generators produce the visible tiles, the loops only consume
from itertools import takewhile

import numpy as np


def starts(n, t):
    yield from range(0, n, t)


def key_tiles(rows, n, t, causal):
    """Yield (cols, hidden): hidden is None where every key of the tile is visible."""
    visible = takewhile(lambda j: not causal or j < rows.stop, starts(n, t))
    for j in visible:
        cols = slice(j, min(j + t, n))
        on_the_diagonal = causal and cols.stop > rows.start + 1
        if on_the_diagonal:
            yield cols, np.arange(n)[cols] > np.arange(n)[rows][:, None]
        else:
            yield cols, None


def query_tiles(shape, t):
    B, H, N, _ = shape
    for b in range(B):
        for h in range(H):
            for i in starts(N, t):
                yield b, h, slice(i, min(i + t, N))


def running_state(q, k, v, tiles):
    m, l, acc = -np.inf, 0.0, 0.0
    for cols, hidden in tiles:
        s = q @ k[cols].T
        if hidden is not None:
            s[hidden] = -np.inf
        m_next = np.maximum(m, s.max(axis=1, keepdims=True))
        p = np.exp(s - m_next)
        c = np.exp(m - m_next)
        l = l * c + p.sum(axis=1, keepdims=True)
        acc = acc * c + p @ v[cols]
        m = m_next
        yield m, l, acc


def flash_attention_fwd(Q, K, V, tile_size, causal=True):
    N, D = Q.shape[2:]
    O = np.empty(Q.shape, Q.dtype)
    L = np.empty(Q.shape[:3])
    for b, h, rows in query_tiles(Q.shape, tile_size):
        q = Q[b, h, rows] / np.sqrt(D)
        for state in running_state(q, K[b, h], V[b, h], key_tiles(rows, N, tile_size, causal)):
            m, l, acc = state
        O[b, h, rows] = acc / l
        L[b, h, rows] = m[:, 0] + np.log(l[:, 0])
    return O, {"O": O, "L": L, "Q": Q.copy(), "K": K.copy(), "V": V.copy()}


def contributions(dO, cache, tile_size, causal):
    """Yield the tile's share of every gradient together with its place."""
    Q, K, V, O, L = (cache[x] for x in "QKVOL")
    N, D = Q.shape[2:]
    for b, h, rows in query_tiles(Q.shape, tile_size):
        q, do = Q[b, h, rows] / np.sqrt(D), dO[b, h, rows]
        delta = (do * O[b, h, rows]).sum(axis=1, keepdims=True)
        for cols, hidden in key_tiles(rows, N, tile_size, causal):
            p = np.exp(q @ K[b, h, cols].T - L[b, h, rows, None])
            if hidden is not None:
                p[hidden] = 0.0
            ds = p * (do @ V[b, h, cols].T - delta)
            yield b, h, rows, cols, ds @ K[b, h, cols] / np.sqrt(D), ds.T @ q, p.T @ do


def flash_attention_bwd(dO, cache, tile_size, causal=True):
    shape, dtype = cache["Q"].shape, cache["Q"].dtype
    dQ, dK, dV = np.zeros(shape, dtype), np.zeros(shape, dtype), np.zeros(shape, dtype)
    for b, h, rows, cols, dq, dk, dv in contributions(dO, cache, tile_size, causal):
        dQ[b, h, rows] += dq
        dK[b, h, cols] += dk
        dV[b, h, cols] += dv
    return dQ, dK, dV
