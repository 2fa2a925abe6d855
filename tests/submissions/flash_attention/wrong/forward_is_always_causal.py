# mistake: the forward ignores causal=False and masks all the same | fails: full_attention_sees_every_key | misconception: causal_always
import numpy as np


def flash_attention_fwd(Q, K, V, tile_size, causal=True):
    B, H, N, D = Q.shape
    O = np.zeros((B, H, N, D), Q.dtype)
    L = np.zeros((B, H, N))
    n_tiles = (N + tile_size - 1) // tile_size
    for b in range(B):
        for h in range(H):
            for qi in range(n_tiles):
                rows = np.arange(qi * tile_size, min((qi + 1) * tile_size, N))
                m = np.full(len(rows), -np.inf)
                l = np.zeros(len(rows))
                acc = np.zeros((len(rows), D))
                for ki in range(qi + 1):
                    cols = np.arange(ki * tile_size, min((ki + 1) * tile_size, N))
                    s = (Q[b, h, rows] @ K[b, h, cols].T) / np.sqrt(D)
                    s[rows[:, None] < cols[None, :]] = -np.inf
                    m_new = np.maximum(m, s.max(axis=1))
                    corr = np.exp(m - m_new)
                    p = np.exp(s - m_new[:, None])
                    l = corr * l + p.sum(axis=1)
                    acc = corr[:, None] * acc + p @ V[b, h, cols]
                    m = m_new
                O[b, h, rows] = acc / l[:, None]
                L[b, h, rows] = m + np.log(l)
    return O, {"O": O, "L": L, "Q": Q.copy(), "K": K.copy(), "V": V.copy()}


def flash_attention_bwd(dO, cache, tile_size, causal=True):
    O, L, Q, K, V = (cache[c] for c in "OLQKV")
    B, H, N, D = Q.shape
    dQ, dK, dV = (np.zeros((B, H, N, D), Q.dtype) for _ in range(3))
    n_tiles = (N + tile_size - 1) // tile_size
    for b in range(B):
        for h in range(H):
            for qi in range(n_tiles):
                rows = np.arange(qi * tile_size, min((qi + 1) * tile_size, N))
                delta = (dO[b, h, rows] * O[b, h, rows]).sum(axis=1)
                for ki in range(qi + 1 if causal else n_tiles):
                    cols = np.arange(ki * tile_size, min((ki + 1) * tile_size, N))
                    s = (Q[b, h, rows] @ K[b, h, cols].T) / np.sqrt(D)
                    if causal:
                        s[rows[:, None] < cols[None, :]] = -np.inf
                    p = np.exp(s - L[b, h, rows][:, None])
                    dp = dO[b, h, rows] @ V[b, h, cols].T
                    ds = p * (dp - delta[:, None]) / np.sqrt(D)
                    dV[b, h, cols] += p.T @ dO[b, h, rows]
                    dQ[b, h, rows] += ds @ K[b, h, cols]
                    dK[b, h, cols] += ds.T @ Q[b, h, rows]
    return dQ, dK, dV
