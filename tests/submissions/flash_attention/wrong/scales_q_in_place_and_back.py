# mistake: Q is multiplied by the scale in place and divided by it again at the end | fails: inputs_stay_unchanged | misconception: none
import numpy as np


def flash_attention_fwd(Q, K, V, tile_size, causal=True):
    B, H, N, D = Q.shape
    cache = {"Q": Q.copy(), "K": K.copy(), "V": V.copy()}
    scale = float(1 / np.sqrt(D))
    Q *= scale
    O, L = np.empty((B, H, N, D), Q.dtype), np.empty((B, H, N))
    for b in range(B):
        for h in range(H):
            for i in range(0, N, tile_size):
                rows = slice(i, i + tile_size)
                n = len(Q[b, h, rows])
                m, l, acc = np.full(n, -np.inf), np.zeros(n), np.zeros((n, D))
                for j in range(0, i + 1 if causal else N, tile_size):
                    s = Q[b, h, rows] @ K[b, h, j : j + tile_size].T
                    if causal and i == j:
                        s[np.triu_indices(n, 1)] = -np.inf
                    m_new = np.maximum(m, s.max(axis=1))
                    p = np.exp(s - m_new[:, None])
                    c = np.exp(m - m_new)
                    l = l * c + p.sum(axis=1)
                    acc = acc * c[:, None] + p @ V[b, h, j : j + tile_size]
                    m = m_new
                O[b, h, rows] = acc / l[:, None]
                L[b, h, rows] = m + np.log(l)
    Q /= scale
    return O, cache | {"O": O, "L": L}


def flash_attention_bwd(dO, cache, tile_size, causal=True):
    Q, K, V, O, L = (cache[name] for name in "QKVOL")
    B, H, N, D = Q.shape
    scale = float(1 / np.sqrt(D))
    dQ, dK, dV = (np.zeros((B, H, N, D), Q.dtype) for _ in range(3))
    for b in range(B):
        for h in range(H):
            for i in range(0, N, tile_size):
                rows = slice(i, i + tile_size)
                q, do = Q[b, h, rows], dO[b, h, rows]
                delta = (do * O[b, h, rows]).sum(axis=1)
                for j in range(0, i + 1 if causal else N, tile_size):
                    cols = slice(j, j + tile_size)
                    s = q @ K[b, h, cols].T * scale
                    if causal and i == j:
                        s[np.triu_indices(len(q), 1)] = -np.inf
                    p = np.exp(s - L[b, h, rows, None])
                    ds = p * (do @ V[b, h, cols].T - delta[:, None])
                    ds *= scale
                    dV[b, h, cols] += p.T @ do
                    dK[b, h, cols] += ds.T @ q
                    dQ[b, h, rows] += ds @ K[b, h, cols]
    return dQ, dK, dV
