# mistake: the whole (N, N) score matrix of a head is computed first, the tiles are cut out of it | fails: no_square_array_in_a_big_call | misconception: none
import numpy as np


def flash_attention_fwd(Q, K, V, tile_size, causal=True):
    B, H, N, D = Q.shape
    O, L = np.empty((B, H, N, D), Q.dtype), np.empty((B, H, N))
    for b in range(B):
        for h in range(H):
            scores = (Q[b, h] @ K[b, h].T) / np.sqrt(D)
            for i in range(0, N, tile_size):
                i_end = min(i + tile_size, N)
                m, l = np.full(i_end - i, -np.inf), np.zeros(i_end - i)
                acc = np.zeros((i_end - i, D))
                for j in range(0, i_end if causal else N, tile_size):
                    s = scores[i:i_end, j : j + tile_size]
                    if causal and i == j:
                        s = np.where(np.tri(i_end - i, dtype=bool), s, -np.inf)
                    m_new = np.maximum(m, s.max(axis=1))
                    p = np.exp(s - m_new[:, None])
                    l = l * np.exp(m - m_new) + p.sum(axis=1)
                    acc = acc * np.exp(m - m_new)[:, None] + p @ V[b, h, j : j + tile_size]
                    m = m_new
                O[b, h, i:i_end] = acc / l[:, None]
                L[b, h, i:i_end] = m + np.log(l)
    return O, {"O": O, "L": L, "Q": Q.copy(), "K": K.copy(), "V": V.copy()}


def flash_attention_bwd(dO, cache, tile_size, causal=True):
    O, L, Q, K, V = (cache[name] for name in "OLQKV")
    B, H, N, D = Q.shape
    dQ, dK, dV = (np.zeros((B, H, N, D), Q.dtype) for _ in range(3))
    for b in range(B):
        for h in range(H):
            for i in range(0, N, tile_size):
                i_end = min(i + tile_size, N)
                q, do = Q[b, h, i:i_end], dO[b, h, i:i_end]
                delta = (do * O[b, h, i:i_end]).sum(axis=1)
                for j in range(0, i_end if causal else N, tile_size):
                    k, v = K[b, h, j : j + tile_size], V[b, h, j : j + tile_size]
                    p = np.exp(q @ k.T / np.sqrt(D) - L[b, h, i:i_end, None])
                    if causal and i == j:
                        p = np.where(np.tri(i_end - i, dtype=bool), p, 0)
                    ds = p * (do @ v.T - delta[:, None]) / np.sqrt(D)
                    dQ[b, h, i:i_end] += ds @ k
                    dK[b, h, j : j + tile_size] += ds.T @ q
                    dV[b, h, j : j + tile_size] += p.T @ do
    return dQ, dK, dV
