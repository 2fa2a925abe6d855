# mistake: the einsum for delta loses the head axis, so every head gets the sum over all heads | fails: heads_and_batches_keep_their_gradients | misconception: none
import numpy as np


def flash_attention_fwd(Q, K, V, tile_size, causal=True):
    B, H, N, D = Q.shape
    O, L = np.zeros((B, H, N, D), Q.dtype), np.zeros((B, H, N))
    for i in range(0, N, tile_size):
        q = Q[:, :, i : i + tile_size]
        t = q.shape[2]
        m, l, acc = np.full((B, H, t), -np.inf), np.zeros((B, H, t)), np.zeros((B, H, t, D))
        for j in range(0, i + 1 if causal else N, tile_size):
            s = q @ np.einsum("bhjd->bhdj", K[:, :, j : j + tile_size]) / np.sqrt(D)
            if causal and i == j:
                s = np.where(np.tri(t, dtype=bool), s, -np.inf)
            m_new = np.maximum(m, s.max(-1))
            p = np.exp(s - m_new[..., None])
            c = np.exp(m - m_new)
            l = c * l + np.einsum("bhij->bhi", p)
            acc = c[..., None] * acc + p @ V[:, :, j : j + tile_size]
            m = m_new
        O[:, :, i : i + t] = acc / l[..., None]
        L[:, :, i : i + t] = m + np.log(l)
    return O, {"O": O, "L": L, "Q": Q.copy(), "K": K.copy(), "V": V.copy()}


def flash_attention_bwd(dO, cache, tile_size, causal=True):
    Q, K, V, O, L = (cache[name] for name in "QKVOL")
    B, H, N, D = Q.shape
    dQ, dK, dV = (np.zeros((B, H, N, D), Q.dtype) for _ in range(3))
    delta = np.einsum("bhnd,bhnd->bn", dO, O)
    for b in range(B):
        for h in range(H):
            for i in range(0, N, tile_size):
                rows = slice(i, i + tile_size)
                q, do = Q[b, h, rows], dO[b, h, rows]
                for j in range(0, i + 1 if causal else N, tile_size):
                    cols = slice(j, j + tile_size)
                    s = q @ K[b, h, cols].T / np.sqrt(D)
                    if causal and i == j:
                        s = np.where(np.tri(len(q), dtype=bool), s, -np.inf)
                    p = np.exp(s - L[b, h, rows, None])
                    ds = p * (do @ V[b, h, cols].T - delta[b, rows, None]) / np.sqrt(D)
                    dQ[b, h, rows] += np.einsum("ij,jd->id", ds, K[b, h, cols], optimize=True)
                    dK[b, h, cols] += np.einsum("ij,id->jd", ds, q, optimize=True)
                    dV[b, h, cols] += np.einsum("ij,id->jd", p, do, optimize=True)
    return dQ, dK, dV
