# mistake: O is filled through O.reshape(B*H, N, D), which is a copy when O takes over a Fortran layout from Q | fails: memory_layout_does_not_matter | misconception: none
import numpy as np


def flash_attention_fwd(Q, K, V, tile_size, causal=True):
    B, H, N, D = Q.shape
    O = np.zeros_like(Q)
    L = np.zeros((B, H, N))
    out, lse = O.reshape(B * H, N, D), L.reshape(B * H, N)
    q_all, k_all, v_all = (x.reshape(B * H, N, D) for x in (Q, K, V))
    for g in range(B * H):
        for i in range(0, N, tile_size):
            q = q_all[g, i : i + tile_size] / np.sqrt(D)
            m, l, acc = np.full(len(q), -np.inf), np.zeros(len(q)), np.zeros((len(q), D))
            for j in range(0, i + 1 if causal else N, tile_size):
                s = q @ k_all[g, j : j + tile_size].T
                if causal and i == j:
                    s = np.where(np.tri(len(q), dtype=bool), s, -np.inf)
                m_new = np.maximum(m, s.max(axis=1))
                p = np.exp(s - m_new[:, None])
                alpha = np.exp(m - m_new)
                l = l * alpha + p.sum(axis=1)
                acc = acc * alpha[:, None] + p @ v_all[g, j : j + tile_size]
                m = m_new
            out[g, i : i + tile_size] = acc / l[:, None]
            lse[g, i : i + tile_size] = m + np.log(l)
    return O, {"O": O, "L": L, "Q": Q.copy(), "K": K.copy(), "V": V.copy()}


def flash_attention_bwd(dO, cache, tile_size, causal=True):
    Q, K, V, O, L = (cache[name] for name in "QKVOL")
    B, H, N, D = Q.shape
    dQ, dK, dV = (np.zeros((B, H, N, D), Q.dtype) for _ in range(3))
    for b in range(B):
        for h in range(H):
            for i in range(0, N, tile_size):
                q, do = Q[b, h, i : i + tile_size], dO[b, h, i : i + tile_size]
                delta = (do * O[b, h, i : i + tile_size]).sum(axis=1, keepdims=True)
                for j in range(0, i + 1 if causal else N, tile_size):
                    k, v = K[b, h, j : j + tile_size], V[b, h, j : j + tile_size]
                    p = np.exp(q @ k.T / np.sqrt(D) - L[b, h, i : i + tile_size, None])
                    if causal and i == j:
                        p = np.where(np.tri(len(q), dtype=bool), p, 0.0)
                    ds = p * (do @ v.T - delta) / np.sqrt(D)
                    dQ[b, h, i : i + tile_size] += ds @ k
                    dK[b, h, j : j + tile_size] += ds.T @ q
                    dV[b, h, j : j + tile_size] += p.T @ do
    return dQ, dK, dV
