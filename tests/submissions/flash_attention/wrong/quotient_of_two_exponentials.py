# mistake: the backward takes P as exp(S) / exp(L), which overflows for large scores | fails: gradients_stay_exact_with_sharp_rows | misconception: none
import numpy as np


def pairs(N, T, causal):
    for i in range(0, N, T):
        for j in range(0, i + 1 if causal else N, T):
            yield slice(i, min(i + T, N)), slice(j, min(j + T, N))


def scores(Q, K, rows, cols, causal):
    s = np.einsum("bhid,bhjd->bhij", Q[:, :, rows], K[:, :, cols], optimize=True)
    s = s / np.sqrt(Q.shape[3])
    if causal and rows == cols:
        s = np.where(np.tri(s.shape[3], dtype=bool), s, -np.inf)
    return s


def flash_attention_fwd(Q, K, V, tile_size, causal=True):
    acc, l = np.zeros(Q.shape), np.zeros(Q.shape[:3])
    m = np.full(Q.shape[:3], -np.inf)
    for rows, cols in pairs(Q.shape[2], tile_size, causal):
        s = scores(Q, K, rows, cols, causal)
        old = m[:, :, rows].copy()
        m[:, :, rows] = np.maximum(old, s.max(3))
        p = np.exp(s - m[:, :, rows, None])
        c = np.exp(old - m[:, :, rows])
        l[:, :, rows] = l[:, :, rows] * c + p.sum(3)
        acc[:, :, rows] = acc[:, :, rows] * c[..., None] + p @ V[:, :, cols]
    acc /= l[..., None]
    O = acc.astype(Q.dtype, copy=False)
    return O, {"O": O, "L": m + np.log(l), "Q": Q.copy(), "K": K.copy(), "V": V.copy()}


def flash_attention_bwd(dO, cache, tile_size, causal=True):
    O, L, Q, K, V = (cache[name] for name in "OLQKV")
    dQ, dK, dV = (np.zeros(Q.shape, Q.dtype) for _ in range(3))
    scale = 1 / np.sqrt(Q.shape[3])
    for rows, cols in pairs(Q.shape[2], tile_size, causal):
        s = scores(Q, K, rows, cols, causal)
        p = np.exp(s) / np.exp(L[:, :, rows, None])
        delta = (dO[:, :, rows] * O[:, :, rows]).sum(3, keepdims=True)
        ds = p * (dO[:, :, rows] @ V[:, :, cols].swapaxes(2, 3) - delta)
        dQ[:, :, rows] += scale * (ds @ K[:, :, cols])
        dK[:, :, cols] += scale * (ds.swapaxes(2, 3) @ Q[:, :, rows])
        dV[:, :, cols] += p.swapaxes(2, 3) @ dO[:, :, rows]
    return dQ, dK, dV
