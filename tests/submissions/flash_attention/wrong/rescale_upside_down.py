# mistake: the old sums are multiplied by exp(m_new - m_old) instead of exp(m_old - m_new) | fails: running_sums_follow_a_growing_maximum | misconception: rescale_direction_inverted
import numpy as np


def flash_attention_fwd(Q, K, V, tile_size, causal=True):
    B, H, N, D = Q.shape
    O = np.zeros((B, H, N, D), Q.dtype)
    L = np.zeros((B, H, N))
    for b in range(B):
        for h in range(H):
            for i in range(0, N, tile_size):
                q = Q[b, h, i : i + tile_size] / np.sqrt(D)
                first_tile = True
                for j in range(0, i + 1 if causal else N, tile_size):
                    s = q @ K[b, h, j : j + tile_size].T
                    if causal and i == j:
                        s[np.triu_indices(len(q), 1)] = -np.inf
                    v = V[b, h, j : j + tile_size]
                    if first_tile:
                        m = s.max(axis=1)
                        p = np.exp(s - m[:, None])
                        l, acc = p.sum(axis=1), p @ v
                        first_tile = False
                    else:
                        m_new = np.maximum(m, s.max(axis=1))
                        p = np.exp(s - m_new[:, None])
                        # bring the old sums up to the new maximum
                        factor = np.exp(m_new - m)
                        l = l * factor + p.sum(axis=1)
                        acc = acc * factor[:, None] + p @ v
                        m = m_new
                O[b, h, i : i + tile_size] = acc / l[:, None]
                L[b, h, i : i + tile_size] = m + np.log(l)
    return O, {"O": O, "L": L, "Q": Q.copy(), "K": K.copy(), "V": V.copy()}


def flash_attention_bwd(dO, cache, tile_size, causal=True):
    O, L, Q, K, V = (cache[name] for name in "OLQKV")
    B, H, N, D = Q.shape
    dQ, dK, dV = np.zeros(Q.shape, Q.dtype), np.zeros(K.shape, K.dtype), np.zeros(V.shape, V.dtype)
    for b in range(B):
        for h in range(H):
            for i in range(0, N, tile_size):
                r = slice(i, i + tile_size)
                q, do = Q[b, h, r], dO[b, h, r]
                delta = (do * O[b, h, r]).sum(axis=1)
                for j in range(0, i + 1 if causal else N, tile_size):
                    c = slice(j, j + tile_size)
                    p = np.exp(q @ K[b, h, c].T / np.sqrt(D) - L[b, h, r][:, None])
                    if causal and i == j:
                        p = np.tril(p)
                    ds = p * (do @ V[b, h, c].T - delta[:, None]) / np.sqrt(D)
                    dV[b, h, c] += p.T @ do
                    dQ[b, h, r] += ds @ K[b, h, c]
                    dK[b, h, c] += ds.T @ q
    return dQ, dK, dV
