# mistake: the backward builds the causal mask once as a boolean (N, N) array | fails: backward_scratch_does_not_grow_with_n_squared | misconception: none
import numpy as np


def triangle(n):
    return np.tri(n, dtype=bool)


def flash_attention_fwd(Q, K, V, tile_size, causal=True):
    B, H, N, D = Q.shape
    O, L = np.empty(Q.shape, Q.dtype), np.empty((B, H, N))
    for bh in np.ndindex(B, H):
        for i in range(0, N, tile_size):
            q = Q[bh][i : i + tile_size] / np.sqrt(D)
            m, l, acc = np.full(len(q), -np.inf), np.zeros(len(q)), np.zeros((len(q), D))
            for j in range(0, i + 1 if causal else N, tile_size):
                s = q @ K[bh][j : j + tile_size].T
                if causal and i == j:
                    s = np.where(triangle(len(q)), s, -np.inf)
                m_new = np.maximum(m, s.max(axis=1))
                p, c = np.exp(s - m_new[:, None]), np.exp(m - m_new)
                l = c * l + p.sum(axis=1)
                acc = c[:, None] * acc + p @ V[bh][j : j + tile_size]
                m = m_new
            O[bh][i : i + tile_size] = acc / l[:, None]
            L[bh][i : i + tile_size] = m + np.log(l)
    return O, {"O": O, "L": L, "Q": Q.copy(), "K": K.copy(), "V": V.copy()}


def flash_attention_bwd(dO, cache, tile_size, causal=True):
    Q, K, V, O, L = (cache[name] for name in "QKVOL")
    B, H, N, D = Q.shape
    keep = triangle(N) if causal else None
    dQ, dK, dV = (np.zeros(Q.shape, Q.dtype) for _ in range(3))
    for bh in np.ndindex(B, H):
        for i in range(0, N, tile_size):
            r = slice(i, i + tile_size)
            delta = (dO[bh][r] * O[bh][r]).sum(axis=1)
            for j in range(0, i + 1 if causal else N, tile_size):
                c = slice(j, j + tile_size)
                s = Q[bh][r] @ K[bh][c].T / np.sqrt(D)
                if causal:
                    s = np.where(keep[r, c], s, -np.inf)
                p = np.exp(s - L[bh][r, None])
                ds = p * (dO[bh][r] @ V[bh][c].T - delta[:, None]) / np.sqrt(D)
                dQ[bh][r] += ds @ K[bh][c]
                dK[bh][c] += ds.T @ Q[bh][r]
                dV[bh][c] += p.T @ dO[bh][r]
    return dQ, dK, dV
