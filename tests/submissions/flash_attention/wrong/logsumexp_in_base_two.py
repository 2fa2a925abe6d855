# mistake: L in the cache is the base-2 logsumexp of the exp2 recurrence | fails: logsumexp_is_natural_and_exact | misconception: none
import numpy as np

LOG2E = np.log2(np.e)


def hide_later(s, i, j):
    later = np.arange(j, j + s.shape[1])[None, :] > np.arange(i, i + s.shape[0])[:, None]
    s[later] = -np.inf


def flash_attention_fwd(Q, K, V, tile_size, causal=True):
    B, H, N, D = Q.shape
    O, L = np.empty(Q.shape, Q.dtype), np.empty((B, H, N))
    for b in range(B):
        for h in range(H):
            for i in range(0, N, tile_size):
                q = Q[b, h, i : i + tile_size] * (LOG2E / np.sqrt(D))
                m, l = np.full(len(q), -np.inf), np.zeros(len(q))
                acc = np.zeros((len(q), D))
                for j in range(0, i + 1 if causal else N, tile_size):
                    s = q @ K[b, h, j : j + tile_size].T
                    if causal:
                        hide_later(s, i, j)
                    m_new = np.maximum(m, s.max(axis=1))
                    p = np.exp2(s - m_new[:, None])
                    c = np.exp2(m - m_new)
                    l = l * c + p.sum(axis=1)
                    acc = acc * c[:, None] + p @ V[b, h, j : j + tile_size]
                    m = m_new
                O[b, h, i : i + tile_size] = acc / l[:, None]
                L[b, h, i : i + tile_size] = m + np.log2(l)
    return O, {"O": O, "L": L, "Q": Q.copy(), "K": K.copy(), "V": V.copy()}


def flash_attention_bwd(dO, cache, tile_size, causal=True):
    Q, K, V, O, L = (cache[name] for name in "QKVOL")
    B, H, N, D = Q.shape
    dQ, dK, dV = (np.zeros(Q.shape, Q.dtype) for _ in range(3))
    for b in range(B):
        for h in range(H):
            for i in range(0, N, tile_size):
                rows = slice(i, i + tile_size)
                q, do = Q[b, h, rows], dO[b, h, rows]
                delta = (do * O[b, h, rows]).sum(axis=1)
                for j in range(0, i + 1 if causal else N, tile_size):
                    cols = slice(j, j + tile_size)
                    s = q @ K[b, h, cols].T / np.sqrt(D)
                    if causal:
                        hide_later(s, i, j)
                    p = np.exp(s - L[b, h, rows, None])
                    ds = p * (do @ V[b, h, cols].T - delta[:, None]) / np.sqrt(D)
                    dV[b, h, cols] += p.T @ do
                    dK[b, h, cols] += ds.T @ q
                    dQ[b, h, rows] += ds @ K[b, h, cols]
    return dQ, dK, dV
