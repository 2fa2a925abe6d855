# mistake: the running maximum is one number per query tile instead of one per row | fails: each_row_keeps_its_own_maximum | misconception: none
import math

import numpy as np


def flash_attention_fwd(Q, K, V, tile_size, causal=True):
    B, H, N, D = Q.shape
    O, L = np.zeros((B, H, N, D), Q.dtype), np.zeros((B, H, N))
    for b in range(B):
        for h in range(H):
            for i in range(0, N, tile_size):
                q = Q[b, h, i : i + tile_size].astype(np.float64) / math.sqrt(D)
                m = -math.inf
                l, acc = np.zeros(len(q)), np.zeros((len(q), D))
                for j in range(0, i + 1 if causal else N, tile_size):
                    s = q @ K[b, h, j : j + tile_size].T
                    if causal and i == j:
                        s[np.triu_indices(len(q), 1)] = -np.inf
                    m_new = max(m, float(s.max()))
                    p = np.exp(s - m_new)
                    c = math.exp(m - m_new)
                    l = c * l + p.sum(axis=1)
                    acc = c * acc + p @ V[b, h, j : j + tile_size]
                    m = m_new
                O[b, h, i : i + tile_size] = acc / l[:, None]
                L[b, h, i : i + tile_size] = m + np.log(l)
    return O, {"O": O, "L": L, "Q": Q.copy(), "K": K.copy(), "V": V.copy()}


def flash_attention_bwd(dO, cache, tile_size, causal=True):
    Q, K, V, O, L = (cache[name] for name in "QKVOL")
    B, H, N, D = Q.shape
    dQ, dK, dV = np.zeros_like(Q), np.zeros_like(K), np.zeros_like(V)
    for b in range(B):
        for h in range(H):
            for i in range(0, N, tile_size):
                q, do = Q[b, h, i : i + tile_size], dO[b, h, i : i + tile_size]
                delta = np.einsum("td,td->t", do, O[b, h, i : i + tile_size])
                for j in range(0, i + 1 if causal else N, tile_size):
                    k, v = K[b, h, j : j + tile_size], V[b, h, j : j + tile_size]
                    s = q @ k.T / math.sqrt(D)
                    if causal and i == j:
                        s[np.triu_indices(len(q), 1)] = -np.inf
                    p = np.exp(s - L[b, h, i : i + tile_size, None])
                    ds = p * (do @ v.T - delta[:, None]) / math.sqrt(D)
                    dQ[b, h, i : i + tile_size] += ds @ k
                    dK[b, h, j : j + tile_size] += ds.T @ q
                    dV[b, h, j : j + tile_size] += p.T @ do
    return dQ, dK, dV
