# mistake: hidden scores become -1e4 instead of -inf, which is not small when the scores are near -2e4 | fails: large_offsets_stay_finite | misconception: none
import numpy as np

MASKED = -1e4


def masked(s, i, j, causal):
    if causal and i == j:
        s[np.triu_indices(len(s), k=1, m=s.shape[1])] = MASKED
    return s


def flash_attention_fwd(Q, K, V, tile_size, causal=True):
    B, H, N, D = Q.shape
    O, L = np.zeros((B, H, N, D), Q.dtype), np.zeros((B, H, N))
    for b in range(B):
        for h in range(H):
            for i in range(0, N, tile_size):
                q = Q[b, h, i : i + tile_size].astype(np.float64) / np.sqrt(D)
                m, l, acc = np.full(len(q), -np.inf), np.zeros(len(q)), np.zeros((len(q), D))
                for j in range(0, i + len(q) if causal else N, tile_size):
                    s = masked(q @ K[b, h, j : j + tile_size].T, i, j, causal)
                    m_new = np.maximum(m, s.max(axis=1))
                    p = np.exp(s - m_new[:, None])
                    alpha = np.exp(m - m_new)
                    l = l * alpha + p.sum(axis=1)
                    acc = acc * alpha[:, None] + p @ V[b, h, j : j + tile_size]
                    m = m_new
                O[b, h, i : i + tile_size] = acc / l[:, None]
                L[b, h, i : i + tile_size] = m + np.log(l)
    return O, {"O": O, "L": L, "Q": Q.copy(), "K": K.copy(), "V": V.copy()}


def flash_attention_bwd(dO, cache, tile_size, causal=True):
    O, L, Q, K, V = (cache[name] for name in "OLQKV")
    B, H, N, D = Q.shape
    dQ, dK, dV = (np.zeros((B, H, N, D), Q.dtype) for _ in range(3))
    for b in range(B):
        for h in range(H):
            for i in range(0, N, tile_size):
                r = slice(i, i + tile_size)
                delta = (dO[b, h, r] * O[b, h, r]).sum(axis=1)
                for j in range(0, min(i + tile_size, N) if causal else N, tile_size):
                    c = slice(j, j + tile_size)
                    s = Q[b, h, r] @ K[b, h, c].T / np.sqrt(D)
                    p = np.exp(s - L[b, h, r, None])
                    if causal and i == j:
                        p = np.tril(p)
                    ds = p * (dO[b, h, r] @ V[b, h, c].T - delta[:, None]) / np.sqrt(D)
                    dQ[b, h, r] += ds @ K[b, h, c]
                    dK[b, h, c] += ds.T @ Q[b, h, r]
                    dV[b, h, c] += p.T @ dO[b, h, r]
    return dQ, dK, dV
