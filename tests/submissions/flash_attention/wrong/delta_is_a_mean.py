# mistake: delta is the mean of dO * O over the columns instead of their sum | fails: gradients_equal_the_naive_backward | misconception: none
from functools import partial

import numpy as np

dot = partial(np.einsum, optimize=False)


def cut(N, size):
    return [slice(at, min(at + size, N)) for at in range(0, N, size)]


def log_weights(q, k, rows, cols, causal):
    s = dot("...id,...jd->...ij", q, k) / q.shape[-1] ** 0.5
    if causal and cols.stop > rows.start + 1:
        later = np.arange(cols.start, cols.stop) > np.arange(rows.start, rows.stop)[:, None]
        s[..., later] = -np.inf
    return s


def flash_attention_fwd(Q, K, V, tile_size, causal=True):
    O, L = np.empty(Q.shape, Q.dtype), np.empty(Q.shape[:-1], Q.dtype)
    tiles = cut(Q.shape[-2], tile_size)
    for number, rows in enumerate(tiles):
        o = m = None
        for cols in tiles[: number + 1] if causal else tiles:
            s = log_weights(Q[..., rows, :], K[..., cols, :], rows, cols, causal)
            peak = s.max(-1)
            if o is None:
                m, w = peak, np.exp(s - peak[..., None])
                l, o = w.sum(-1), dot("...ij,...jd->...id", w, V[..., cols, :])
                continue
            peak = np.maximum(m, peak)
            w, c = np.exp(s - peak[..., None]), np.exp(m - peak)
            l = l * c + w.sum(-1)
            o = o * c[..., None] + dot("...ij,...jd->...id", w, V[..., cols, :])
            m = peak
        O[..., rows, :], L[..., rows] = o / l[..., None], m + np.log(l)
    return O, {"O": O, "L": L, "Q": Q, "K": K, "V": V}


def flash_attention_bwd(dO, cache, tile_size, causal=True):
    Q, K, V, O, L = (cache[name] for name in ("Q", "K", "V", "O", "L"))
    scale = Q.shape[-1] ** -0.5
    dQ, dK, dV = (np.zeros(Q.shape, Q.dtype) for _ in range(3))
    delta = np.mean(dO * O, axis=-1)
    tiles = cut(Q.shape[-2], tile_size)
    for number, rows in enumerate(tiles):
        for cols in tiles[: number + 1] if causal else tiles:
            s = log_weights(Q[..., rows, :], K[..., cols, :], rows, cols, causal)
            p = np.exp(s - L[..., rows, None])
            dp = dot("...id,...jd->...ij", dO[..., rows, :], V[..., cols, :])
            ds = p * (dp - delta[..., rows, None]) * scale
            dQ[..., rows, :] += dot("...ij,...jd->...id", ds, K[..., cols, :])
            dK[..., cols, :] += dot("...ij,...id->...jd", ds, Q[..., rows, :])
            dV[..., cols, :] += dot("...ij,...id->...jd", p, dO[..., rows, :])
    return dQ, dK, dV
