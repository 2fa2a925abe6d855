# mistake: np.squeeze without an axis, so a tile of one row loses its row axis and the call crashes | fails: every_shape_and_tile_size_works | misconception: none
import numpy as np


def row_max(s):
    return np.squeeze(s.max(axis=1, keepdims=True))


def flash_attention_fwd(Q, K, V, tile_size, causal=True):
    B, H, N, D = Q.shape
    O, L = np.empty(Q.shape, Q.dtype), np.empty((B, H, N))
    for bh in np.ndindex(B, H):
        for i in range(0, N, tile_size):
            q = Q[bh][i : i + tile_size] / np.sqrt(D)
            m, l = np.full(len(q), -np.inf), np.zeros(len(q))
            acc = np.zeros((len(q), D))
            for j in range(0, i + 1 if causal else N, tile_size):
                s = q @ K[bh][j : j + tile_size].T
                if causal and j == i:
                    s[np.triu_indices(len(q), 1)] = -np.inf
                m_old, m = m, row_max(np.column_stack([m, s]))
                p = np.exp(s - m[:, None])
                l = l * np.exp(m_old - m) + p.sum(axis=1)
                acc = acc * np.exp(m_old - m)[:, None] + p @ V[bh][j : j + tile_size]
            O[bh][i : i + tile_size] = acc / l[:, None]
            L[bh][i : i + tile_size] = m + np.log(l)
    return O, {"O": O, "L": L, "Q": Q.copy(), "K": K.copy(), "V": V.copy()}


def flash_attention_bwd(dO, cache, tile_size, causal=True):
    O, L, Q, K, V = map(cache.get, "OLQKV")
    B, H, N, D = Q.shape
    dQ, dK, dV = (np.zeros(Q.shape, Q.dtype) for _ in range(3))
    for bh in np.ndindex(B, H):
        for i in range(0, N, tile_size):
            r = slice(i, i + tile_size)
            delta = (dO[bh][r] * O[bh][r]).sum(axis=1)
            for j in range(0, i + 1 if causal else N, tile_size):
                c = slice(j, j + tile_size)
                s = Q[bh][r] @ K[bh][c].T / np.sqrt(D)
                if causal and j == i:
                    s[np.triu_indices(len(s), 1)] = -np.inf
                p = np.exp(s - L[bh][r, None])
                ds = p * (dO[bh][r] @ V[bh][c].T - delta[:, None]) / np.sqrt(D)
                dQ[bh][r] += ds @ K[bh][c]
                dK[bh][c] += ds.T @ Q[bh][r]
                dV[bh][c] += p.T @ dO[bh][r]
    return dQ, dK, dV
