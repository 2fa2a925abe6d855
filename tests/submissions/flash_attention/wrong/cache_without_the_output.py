# mistake: the cache has no O, the backward gets delta from P * dP instead | fails: cache_has_what_the_backward_needs | misconception: none
import numpy as np


def flash_attention_fwd(Q, K, V, tile_size, causal=True):
    B, H, N, D = Q.shape
    O, L = np.empty(Q.shape, Q.dtype), np.empty((B, H, N))
    for bh in np.ndindex(B, H):
        for i in range(0, N, tile_size):
            q = Q[bh][i : i + tile_size] / np.sqrt(D)
            m, l, acc = np.full(len(q), -np.inf), np.zeros(len(q)), np.zeros((len(q), D))
            for j in range(0, N if not causal else i + 1, tile_size):
                s = q @ K[bh][j : j + tile_size].T
                if causal and j == i:
                    s += np.triu(np.full(s.shape, -np.inf), k=1)
                new = np.maximum(m, s.max(axis=1))
                p, c = np.exp(s - new[:, None]), np.exp(m - new)
                l = c * l + p.sum(axis=1)
                acc = c[:, None] * acc + p @ V[bh][j : j + tile_size]
                m = new
            O[bh][i : i + tile_size] = acc / l[:, None]
            L[bh][i : i + tile_size] = m + np.log(l)
    # delta comes from P and dP, so O is not needed again
    return O, {"Q": Q.copy(), "K": K.copy(), "V": V.copy(), "L": L}


def flash_attention_bwd(dO, cache, tile_size, causal=True):
    Q, K, V, L = cache["Q"], cache["K"], cache["V"], cache["L"]
    B, H, N, D = Q.shape
    dQ, dK, dV = (np.zeros(Q.shape, Q.dtype) for _ in range(3))

    def tile(bh, i, j):
        s = Q[bh][i : i + tile_size] @ K[bh][j : j + tile_size].T / np.sqrt(D)
        if causal and j == i:
            s += np.triu(np.full(s.shape, -np.inf), k=1)
        p = np.exp(s - L[bh][i : i + tile_size, None])
        return p, dO[bh][i : i + tile_size] @ V[bh][j : j + tile_size].T

    for bh in np.ndindex(B, H):
        for i in range(0, N, tile_size):
            starts = range(0, N if not causal else i + 1, tile_size)
            delta = sum((p * dp).sum(axis=1) for p, dp in (tile(bh, i, j) for j in starts))
            for j in starts:
                p, dp = tile(bh, i, j)
                ds = p * (dp - delta[:, None]) / np.sqrt(D)
                dQ[bh][i : i + tile_size] += ds @ K[bh][j : j + tile_size]
                dK[bh][j : j + tile_size] += ds.T @ Q[bh][i : i + tile_size]
                dV[bh][j : j + tile_size] += p.T @ dO[bh][i : i + tile_size]
    return dQ, dK, dV
