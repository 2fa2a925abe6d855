# mistake: the backward ignores causal=False and masks all the same | fails: full_attention_has_gradients_everywhere | misconception: none
import numpy as np


def cut(n, size):
    return [np.arange(a, min(a + size, n)) for a in range(0, n, size)]


def flash_attention_fwd(Q, K, V, tile_size, causal=True):
    B, H, N, D = Q.shape
    O, L = np.empty((B, H, N, D), Q.dtype), np.empty((B, H, N))
    tiles = cut(N, tile_size)
    for bh in np.ndindex(B, H):
        for i, rows in enumerate(tiles):
            q = Q[bh][rows] / np.sqrt(D)
            m, l, acc = -np.inf, 0.0, 0.0
            for cols in tiles[: i + 1] if causal else tiles:
                s = q @ K[bh][cols].T
                if causal:
                    s = np.where(rows[:, None] >= cols, s, -np.inf)
                m_new = np.maximum(m, s.max(axis=1, keepdims=True))
                p, c = np.exp(s - m_new), np.exp(m - m_new)
                l = l * c + p.sum(axis=1, keepdims=True)
                acc = acc * c + p @ V[bh][cols]
                m = m_new
            O[bh][rows] = acc / l
            L[bh][rows] = (m + np.log(l))[:, 0]
    return O, {"O": O, "L": L, "Q": Q.copy(), "K": K.copy(), "V": V.copy()}


def flash_attention_bwd(dO, cache, tile_size, causal=True):
    Q, K, V, O, L = (cache[name] for name in "QKVOL")
    B, H, N, D = Q.shape
    dQ, dK, dV = np.zeros_like(Q), np.zeros_like(K), np.zeros_like(V)
    tiles = cut(N, tile_size)
    for bh in np.ndindex(B, H):
        delta = np.sum(dO[bh] * O[bh], axis=1)
        for i, rows in enumerate(tiles):
            for cols in tiles[: i + 1]:
                s = Q[bh][rows] @ K[bh][cols].T / np.sqrt(D)
                s = np.where(rows[:, None] >= cols, s, -np.inf)
                p = np.exp(s - L[bh][rows, None])
                ds = p * (dO[bh][rows] @ V[bh][cols].T - delta[rows, None]) / np.sqrt(D)
                dQ[bh][rows] += ds @ K[bh][cols]
                dK[bh][cols] += ds.T @ Q[bh][rows]
                dV[bh][cols] += p.T @ dO[bh][rows]
    return dQ, dK, dV
