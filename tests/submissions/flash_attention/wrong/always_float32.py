# mistake: the forward works in float32 and returns float32 also for float64 inputs | fails: float64_is_really_used | misconception: none
import numpy as np

f32 = np.float32


def flash_attention_fwd(Q, K, V, tile_size, causal=True):
    B, H, N, D = Q.shape
    O = np.zeros((B, H, N, D), dtype=f32)
    L = np.zeros((B, H, N), dtype=f32)
    scale = f32(1.0 / np.sqrt(D))
    for b, h in np.ndindex(B, H):
        q_, k_, v_ = Q[b, h].astype(f32), K[b, h].astype(f32), V[b, h].astype(f32)
        for i in range(0, N, tile_size):
            q = q_[i : i + tile_size]
            m = np.full((len(q), 1), -np.inf, dtype=f32)
            l = np.zeros((len(q), 1), dtype=f32)
            acc = np.zeros((len(q), D), dtype=f32)
            for j in range(0, i + 1 if causal else N, tile_size):
                s = q @ k_[j : j + tile_size].T * scale
                if causal and i == j:
                    s[np.triu_indices(len(q), 1)] = f32(-np.inf)
                m_new = np.maximum(m, s.max(1, keepdims=True))
                p, c = np.exp(s - m_new), np.exp(m - m_new)
                l = l * c + p.sum(1, keepdims=True)
                acc = acc * c + p @ v_[j : j + tile_size]
                m = m_new
            O[b, h, i : i + tile_size] = acc / l
            L[b, h, i : i + tile_size] = (m + np.log(l))[:, 0]
    return O, {"O": O, "L": L, "Q": Q.copy(), "K": K.copy(), "V": V.copy()}


def flash_attention_bwd(dO, cache, tile_size, causal=True):
    Q, K, V, O, L = (cache[name] for name in "QKVOL")
    B, H, N, D = Q.shape
    dQ, dK, dV = np.zeros_like(Q), np.zeros_like(K), np.zeros_like(V)
    for b, h in np.ndindex(B, H):
        for j in range(0, N, tile_size):
            k, v = K[b, h, j : j + tile_size], V[b, h, j : j + tile_size]
            for i in range(j if causal else 0, N, tile_size):
                q, do = Q[b, h, i : i + tile_size], dO[b, h, i : i + tile_size]
                s = q @ k.T / np.sqrt(D)
                if causal and i == j:
                    s[np.triu_indices(len(q), 1)] = -np.inf
                p = np.exp(s - L[b, h, i : i + tile_size, None])
                delta = (do * O[b, h, i : i + tile_size]).sum(1, keepdims=True)
                ds = p * (do @ v.T - delta) / np.sqrt(D)
                dV[b, h, j : j + tile_size] += p.T @ do
                dK[b, h, j : j + tile_size] += ds.T @ q
                dQ[b, h, i : i + tile_size] += ds @ k
    return dQ, dK, dV
