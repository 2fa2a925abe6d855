# mistake: tiles above the diagonal are computed and masked instead of skipped | fails: tiles_above_the_diagonal_are_skipped | misconception: none
import numpy as np


def flash_attention_fwd(Q, K, V, tile_size, causal=True):
    B, H, N, D = Q.shape
    O, L = np.zeros(Q.shape, Q.dtype), np.zeros((B, H, N))
    for b, h in np.ndindex(B, H):
        for i in range(0, N, tile_size):
            q = Q[b, h, i : i + tile_size] / np.sqrt(D)
            rows = i + np.arange(len(q))
            m, l, acc = np.full(len(q), -np.inf), np.zeros(len(q)), np.zeros((len(q), D))
            for j in range(0, N, tile_size):
                s = q @ K[b, h, j : j + tile_size].T
                cols = j + np.arange(s.shape[1])
                if causal:
                    s = np.where(cols[None, :] > rows[:, None], -np.inf, s)
                m_new = np.maximum(m, s.max(axis=1))
                p = np.exp(s - m_new[:, None])
                c = np.exp(m - m_new)
                l = c * l + p.sum(axis=1)
                acc = c[:, None] * acc + p @ V[b, h, j : j + tile_size]
                m = m_new
            O[b, h, rows] = acc / l[:, None]
            L[b, h, rows] = m + np.log(l)
    return O, {"O": O, "L": L, "Q": Q.copy(), "K": K.copy(), "V": V.copy()}


def flash_attention_bwd(dO, cache, tile_size, causal=True):
    Q, K, V, O, L = (cache[name] for name in "QKVOL")
    B, H, N, D = Q.shape
    dQ, dK, dV = (np.zeros((B, H, N, D), Q.dtype) for _ in range(3))
    for b, h in np.ndindex(B, H):
        delta = (dO[b, h] * O[b, h]).sum(axis=1)
        for j in range(0, N, tile_size):
            cols = slice(j, min(j + tile_size, N))
            k, v = K[b, h, cols], V[b, h, cols]
            for i in range(j if causal else 0, N, tile_size):
                rows = slice(i, min(i + tile_size, N))
                q, do = Q[b, h, rows], dO[b, h, rows]
                p = np.exp(q @ k.T / np.sqrt(D) - L[b, h, rows, None])
                if causal and i == j:
                    p = np.tril(p)
                ds = p * (do @ v.T - delta[rows, None]) / np.sqrt(D)
                dV[b, h, cols] += p.T @ do
                dK[b, h, cols] += ds.T @ q
                dQ[b, h, rows] += ds @ k
    return dQ, dK, dV
