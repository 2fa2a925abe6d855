# mistake: only the queries are tiled, each query tile meets all its keys in one (tile, N) strip | fails: scratch_memory_is_small_at_small_width | misconception: none
import numpy as np


def strip_scores(q, k, i, causal):
    s = q @ k.T / np.sqrt(q.shape[-1])
    if causal:
        s[:, i:][np.triu_indices(len(q), 1)] = -np.inf
    return s


def flash_attention_fwd(Q, K, V, tile_size, causal=True):
    B, H, N, D = Q.shape
    O, L = np.empty(Q.shape, Q.dtype), np.empty((B, H, N))
    for bh in np.ndindex(B, H):
        q_, k_, v_ = Q[bh], K[bh], V[bh]
        for i in range(0, N, tile_size):
            q = q_[i : i + tile_size]
            end = i + len(q) if causal else N
            s = strip_scores(q, k_[:end], i, causal)
            m = s.max(axis=1, keepdims=True)
            s -= m
            np.exp(s, out=s)
            l = s.sum(axis=1, keepdims=True)
            O[bh][i : i + tile_size] = (s @ v_[:end]) / l
            L[bh][i : i + tile_size] = (m + np.log(l))[:, 0]
    return O, {"O": O, "L": L, "Q": Q.copy(), "K": K.copy(), "V": V.copy()}


def flash_attention_bwd(dO, cache, tile_size, causal=True):
    Q, K, V, O, L = (cache[c] for c in "QKVOL")
    B, H, N, D = Q.shape
    dQ, dK, dV = (np.zeros(Q.shape, Q.dtype) for _ in range(3))
    for bh in np.ndindex(B, H):
        for i in range(0, N, tile_size):
            r = slice(i, i + tile_size)
            q, g = Q[bh][r], dO[bh][r]
            delta = (g * O[bh][r]).sum(axis=1, keepdims=True)
            for j in range(0, i + 1 if causal else N, tile_size):
                c = slice(j, j + tile_size)
                p = np.exp(q @ K[bh][c].T / np.sqrt(D) - L[bh][r, None])
                if causal and i == j:
                    p = np.tril(p)
                ds = p * (g @ V[bh][c].T - delta) / np.sqrt(D)
                dQ[bh][r] += ds @ K[bh][c]
                dK[bh][c] += ds.T @ q
                dV[bh][c] += p.T @ g
    return dQ, dK, dV
