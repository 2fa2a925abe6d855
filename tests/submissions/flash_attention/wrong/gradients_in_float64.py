# mistake: dQ, dK and dV come back as float64 also for float32 inputs | fails: gradients_keep_the_input_dtype | misconception: none
import numpy as np


def flash_attention_fwd(Q, K, V, tile_size, causal=True):
    B, H, N, D = Q.shape
    O, L = np.zeros(Q.shape, Q.dtype), np.zeros((B, H, N), Q.dtype)
    for b, h, t in np.ndindex(B, H, -(-N // tile_size)):
        i = t * tile_size
        q = Q[b, h, i : i + tile_size] / np.sqrt(D)
        m, l, acc = np.full((len(q), 1), -np.inf), np.zeros((len(q), 1)), np.zeros((len(q), D))
        for j in range(0, i + len(q) if causal else N, tile_size):
            s = q @ K[b, h, j : j + tile_size].T
            if causal and i == j:
                s = np.where(np.tri(len(q), dtype=bool), s, -np.inf)
            m_new = np.maximum(m, s.max(axis=1, keepdims=True))
            p = np.exp(s - m_new)
            l = l * np.exp(m - m_new) + p.sum(axis=1, keepdims=True)
            acc = acc * np.exp(m - m_new) + p @ V[b, h, j : j + tile_size]
            m = m_new
        O[b, h, i : i + tile_size] = acc / l
        L[b, h, i : i + tile_size] = (m + np.log(l))[:, 0]
    return O, {"O": O, "L": L, "Q": Q.copy(), "K": K.copy(), "V": V.copy()}


def flash_attention_bwd(dO, cache, tile_size, causal=True):
    Q, K, V, O, L = (cache[name] for name in "QKVOL")
    B, H, N, D = Q.shape
    dQ, dK, dV = np.zeros((B, H, N, D)), np.zeros((B, H, N, D)), np.zeros((B, H, N, D))
    for b, h, t in np.ndindex(B, H, -(-N // tile_size)):
        i = t * tile_size
        q, do = Q[b, h, i : i + tile_size], dO[b, h, i : i + tile_size]
        delta = (do * O[b, h, i : i + tile_size]).sum(axis=1, keepdims=True)
        for j in range(0, i + len(q) if causal else N, tile_size):
            k, v = K[b, h, j : j + tile_size], V[b, h, j : j + tile_size]
            p = np.exp(q @ k.T / np.sqrt(D) - L[b, h, i : i + tile_size, None])
            if causal and i == j:
                p = np.tril(p)
            ds = p * (do @ v.T - delta) / np.sqrt(D)
            dQ[b, h, i : i + tile_size] += ds @ k
            dK[b, h, j : j + tile_size] += ds.T @ q
            dV[b, h, j : j + tile_size] += p.T @ do
    return dQ, dK, dV
