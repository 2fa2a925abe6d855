# style: two sweeps over the keys in the forward, the first for L alone, and no running output
import itertools
import math

import numpy as np


def scores(q, k, i, j, causal):
    s = np.matmul(q, np.moveaxis(k, -1, -2)) / math.sqrt(q.shape[-1])
    if causal and j + k.shape[-2] > i:
        seen = np.tri(q.shape[-2], k.shape[-2], i - j, dtype=bool)
        s = np.where(seen, s, -np.inf)
    return s


def pairs(n, t, causal):
    """Starts of query and key tiles, the key tiles of one query tile after each other."""
    for i in range(0, n, t):
        yield i, [j for j in range(0, n, t) if not causal or j <= i]


def flash_attention_fwd(Q, K, V, tile_size, causal=True):
    n, t = Q.shape[2], tile_size
    O = np.zeros_like(V)
    L = np.zeros(Q.shape[:3], dtype=Q.dtype)
    for i, starts in pairs(n, t, causal):
        q = Q[..., i : i + t, :]
        # First sweep: the logsumexp. The largest score is known before exp is taken of any.
        top = np.full(q.shape[:-1], -np.inf, dtype=Q.dtype)
        for j in starts:
            top = np.maximum(top, scores(q, K[..., j : j + t, :], i, j, causal).max(-1))
        total = np.zeros_like(top)
        for j in starts:
            s = scores(q, K[..., j : j + t, :], i, j, causal)
            total += np.exp(s - top[..., None]).sum(-1)
        L[..., i : i + t] = top + np.log(total)
        # Second sweep: the weights are normalised from the start, so they are only added up.
        for j in starts:
            s = scores(q, K[..., j : j + t, :], i, j, causal)
            p = np.exp(s - L[..., i : i + t, None])
            O[..., i : i + t, :] += p @ V[..., j : j + t, :]
    # 1. There is no factor here: the maximum is final before the sums begin. In one sweep the old
    #    sums are relative to m_old, hence exp(m_old - m_new).
    # 2. m = -inf, l = 0; inf - inf is NaN. Key tile 0 comes first and is visible to all.
    return O, dict(O=O, L=L, Q=Q, K=K, V=V)


def flash_attention_bwd(dO, cache, tile_size, causal=True):
    Q, K, V, L = cache["Q"], cache["K"], cache["V"], cache["L"]
    t, root = tile_size, math.sqrt(Q.shape[-1])
    delta = np.add.reduce(dO * cache["O"], axis=-1, keepdims=True)
    dQ, dK, dV = (np.zeros_like(x) for x in (Q, K, V))
    tiles = ((i, j) for i, starts in pairs(Q.shape[2], t, causal) for j in starts)
    for i, group in itertools.groupby(tiles, key=lambda pair: pair[0]):
        rows = np.s_[..., i : i + t, :]
        for _, j in group:
            cols = np.s_[..., j : j + t, :]
            p = np.exp(scores(Q[rows], K[cols], i, j, causal) - L[..., i : i + t, None])
            dV[cols] += np.moveaxis(p, -1, -2) @ dO[rows]
            ds = p * (dO[rows] @ np.moveaxis(V[cols], -1, -2) - delta[rows]) / root
            dQ[rows] += ds @ K[cols]
            dK[cols] += np.moveaxis(ds, -1, -2) @ Q[rows]
    return dQ, dK, dV
