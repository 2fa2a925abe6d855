# mistake: dQ is not divided by sqrt(D) | fails: gradients_equal_the_naive_backward | misconception: scale_missing_in_dq
import numpy as np


def span(n, size, first=0):
    return ((a, min(a + size, n)) for a in range(first, n, size))


def hide_future(S, r, c):
    if c > r - S.shape[-1]:
        keep = np.add.outer(np.arange(S.shape[-2]) + r, -np.arange(S.shape[-1]) - c) >= 0
        return np.where(keep, S, -np.inf)
    return S


def flash_attention_fwd(Q, K, V, tile_size, causal=True):
    N, D = Q.shape[-2:]
    scale = 1.0 / np.sqrt(D)
    O, L = np.empty(Q.shape, Q.dtype), np.empty(Q.shape[:-1])
    for r0, r1 in span(N, tile_size):
        m = np.full((*Q.shape[:2], r1 - r0), -np.inf)
        l, acc = np.zeros(m.shape), np.zeros((*m.shape, D))
        for c0, c1 in span(r1 if causal else N, tile_size):
            S = np.einsum("bhqd,bhkd->bhqk", Q[:, :, r0:r1], K[:, :, c0:c1], optimize=True) * scale
            if causal:
                S = hide_future(S, r0, c0)
            top = np.maximum(m, S.max(-1))
            P, fade = np.exp(S - top[..., None]), np.exp(m - top)
            l = fade * l + P.sum(-1)
            acc = fade[..., None] * acc + P @ V[:, :, c0:c1]
            m = top
        O[:, :, r0:r1] = acc / l[..., None]
        L[:, :, r0:r1] = m + np.log(l)
    return O, {"O": O, "L": L, "Q": Q.copy(), "K": K.copy(), "V": V.copy()}


def flash_attention_bwd(dO, cache, tile_size, causal=True):
    O, L, Q, K, V = (cache[name] for name in "OLQKV")
    N, D = Q.shape[-2:]
    scale = 1.0 / np.sqrt(D)
    dQ, dK, dV = np.zeros(Q.shape), np.zeros(Q.shape), np.zeros(Q.shape)
    delta = (dO * O).sum(-1)[..., None]
    for c0, c1 in span(N, tile_size):
        k, v = K[:, :, c0:c1], V[:, :, c0:c1]
        for r0, r1 in span(N, tile_size, c0 if causal else 0):
            q, do = Q[:, :, r0:r1], dO[:, :, r0:r1]
            S = q @ k.swapaxes(-1, -2) * scale
            if causal:
                S = hide_future(S, r0, c0)
            P = np.exp(S - L[:, :, r0:r1, None])
            dS = P * (do @ v.swapaxes(-1, -2) - delta[:, :, r0:r1])
            dV[:, :, c0:c1] += P.swapaxes(-1, -2) @ do
            dQ[:, :, r0:r1] += dS @ k
            dK[:, :, c0:c1] += dS.swapaxes(-1, -2) @ q * scale
    return tuple(g.astype(Q.dtype) for g in (dQ, dK, dV))
