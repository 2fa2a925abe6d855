# mistake: dV is assigned for every query tile instead of added up | fails: gradients_equal_the_naive_backward | misconception: dv_overwritten
import numpy as np


def flash_attention_fwd(Q, K, V, tile_size, causal=True):
    B, H, N, D = Q.shape
    m = np.full((B, H, N), -np.inf)
    l = np.zeros((B, H, N))
    O = np.zeros((B, H, N, D))
    for j in range(0, N, tile_size):
        kj, vj = K[:, :, j : j + tile_size], V[:, :, j : j + tile_size]
        for i in range(j if causal else 0, N, tile_size):
            rows = np.s_[:, :, i : i + tile_size]
            s = Q[rows] @ np.moveaxis(kj, -1, -2) / np.sqrt(D)
            if causal and i == j:
                s[..., np.triu(np.ones(s.shape[-2:], bool), 1)] = -np.inf
            m_new = np.maximum(m[rows], s.max(-1))
            alpha = np.exp(m[rows] - m_new)
            p = np.exp(s - m_new[..., None])
            l[rows] = alpha * l[rows] + p.sum(-1)
            O[rows] = alpha[..., None] * O[rows] + p @ vj
            m[rows] = m_new
    O /= l[..., None]
    O = O.astype(Q.dtype, copy=False)
    return O, {"O": O, "L": m + np.log(l), "Q": Q.copy(), "K": K.copy(), "V": V.copy()}


def flash_attention_bwd(dO, cache, tile_size, causal=True):
    O, L, Q, K, V = (cache[name] for name in "OLQKV")
    N, D = Q.shape[2:]
    dQ, dK, dV = (np.zeros(Q.shape, Q.dtype) for _ in range(3))
    for j in range(0, N, tile_size):
        cols = np.s_[:, :, j : j + tile_size]
        for i in range(j if causal else 0, N, tile_size):
            rows = np.s_[:, :, i : i + tile_size]
            s = Q[rows] @ np.moveaxis(K[cols], -1, -2) / np.sqrt(D)
            if causal and i == j:
                s[..., np.triu(np.ones(s.shape[-2:], bool), 1)] = -np.inf
            p = np.exp(s - L[rows][..., None])
            delta = (dO[rows] * O[rows]).sum(-1, keepdims=True)
            ds = p * (dO[rows] @ np.moveaxis(V[cols], -1, -2) - delta) / np.sqrt(D)
            dV[cols] = np.moveaxis(p, -1, -2) @ dO[rows]
            dK[cols] += np.moveaxis(ds, -1, -2) @ Q[rows]
            dQ[rows] += ds @ K[cols]
    return dQ, dK, dV
