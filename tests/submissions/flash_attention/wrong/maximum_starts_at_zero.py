# mistake: the running maximum starts at 0, so rows of very negative scores underflow | fails: large_offsets_stay_finite | misconception: running_max_from_zero
import numpy as np


def tiles(n, size):
    for a in range(0, n, size):
        yield slice(a, min(a + size, n))


def visible(rows, cols):
    return np.arange(rows.start, rows.stop)[:, None] >= np.arange(cols.start, cols.stop)


def flash_attention_fwd(Q, K, V, tile_size, causal=True):
    B, H, N, D = Q.shape
    O = np.empty((B, H, N, D), dtype=Q.dtype)
    L = np.empty((B, H, N))
    for b in range(B):
        for h in range(H):
            for rows in tiles(N, tile_size):
                q = Q[b, h, rows].astype(np.float64) / np.sqrt(D)
                m, l = np.zeros((len(q), 1)), np.zeros((len(q), 1))
                acc = np.zeros((len(q), D))
                for cols in tiles(rows.stop if causal else N, tile_size):
                    s = q @ K[b, h, cols].T
                    if causal:
                        s = np.where(visible(rows, cols), s, -np.inf)
                    m_new = np.maximum(m, s.max(1, keepdims=True))
                    alpha, p = np.exp(m - m_new), np.exp(s - m_new)
                    l = alpha * l + p.sum(1, keepdims=True)
                    acc = alpha * acc + p @ V[b, h, cols]
                    m = m_new
                O[b, h, rows] = acc / l
                L[b, h, rows] = (m + np.log(l)).ravel()
    return O, {"O": O, "L": L, "Q": Q.copy(), "K": K.copy(), "V": V.copy()}


def flash_attention_bwd(dO, cache, tile_size, causal=True):
    O, L, Q, K, V = [cache[x] for x in "OLQKV"]
    B, H, N, D = Q.shape
    dQ, dK, dV = [np.zeros((B, H, N, D), Q.dtype) for _ in range(3)]
    for b in range(B):
        for h in range(H):
            for rows in tiles(N, tile_size):
                q, g = Q[b, h, rows], dO[b, h, rows]
                delta = (g * O[b, h, rows]).sum(1, keepdims=True)
                for cols in tiles(rows.stop if causal else N, tile_size):
                    s = q @ K[b, h, cols].T / np.sqrt(D)
                    if causal:
                        s = np.where(visible(rows, cols), s, -np.inf)
                    p = np.exp(s - L[b, h, rows].reshape(-1, 1))
                    ds = p * (g @ V[b, h, cols].T - delta)
                    dQ[b, h, rows] += ds @ K[b, h, cols] / np.sqrt(D)
                    dK[b, h, cols] += ds.T @ q / np.sqrt(D)
                    dV[b, h, cols] += p.T @ g
    return dQ, dK, dV
