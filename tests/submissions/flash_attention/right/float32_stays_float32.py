# style: every array and every constant keeps the dtype of the input, no upcast anywhere
import numpy as np


def flash_attention_fwd(Q, K, V, tile_size, causal=True):
    dt = Q.dtype
    B, H, N, D = Q.shape
    scale = dt.type(1.0 / np.sqrt(D))
    minus_inf = dt.type(-np.inf)
    O = np.zeros((B, H, N, D), dtype=dt)
    L = np.zeros((B, H, N), dtype=dt)

    for b, h in np.ndindex(B, H):
        for qs in range(0, N, tile_size):
            q = Q[b, h, qs : qs + tile_size] * scale
            T = q.shape[0]
            m = np.full((T, 1), minus_inf, dtype=dt)
            l = np.zeros((T, 1), dtype=dt)
            acc = np.zeros((T, D), dtype=dt)
            for ks in range(0, N, tile_size):
                if causal and ks > qs:
                    break
                k = K[b, h, ks : ks + tile_size]
                v = V[b, h, ks : ks + tile_size]
                s = q @ k.T
                if causal and ks == qs:
                    s = np.where(np.tri(T, dtype=bool), s, minus_inf)
                m_new = np.maximum(m, np.max(s, axis=1, keepdims=True))
                alpha = np.exp(m - m_new)
                p = np.exp(s - m_new)
                l = alpha * l + np.sum(p, axis=1, keepdims=True)
                acc = alpha * acc + p @ v
                m = m_new
            assert acc.dtype == dt
            O[b, h, qs : qs + T] = acc / l
            L[b, h, qs : qs + T] = np.squeeze(m + np.log(l), axis=1)

    cache = {"Q": Q.copy(), "K": K.copy(), "V": V.copy(), "O": O, "L": L}
    return O, cache


def flash_attention_bwd(dO, cache, tile_size, causal=True):
    Q, K, V, O = cache["Q"], cache["K"], cache["V"], cache["O"]
    dt = Q.dtype
    B, H, N, D = Q.shape
    scale = dt.type(1.0 / np.sqrt(D))
    L = cache["L"].astype(dt)
    dQ, dK, dV = (np.zeros((B, H, N, D), dtype=dt) for _ in "QKV")

    for b, h in np.ndindex(B, H):
        for qs in range(0, N, tile_size):
            q = Q[b, h, qs : qs + tile_size]
            do = dO[b, h, qs : qs + tile_size]
            T = q.shape[0]
            delta = np.sum(do * O[b, h, qs : qs + T], axis=1, keepdims=True)
            for ks in range(0, N, tile_size):
                if causal and ks > qs:
                    break
                k = K[b, h, ks : ks + tile_size]
                v = V[b, h, ks : ks + tile_size]
                p = np.exp((q @ k.T) * scale - L[b, h, qs : qs + T, None])
                if causal and ks == qs:
                    p = np.where(np.tri(T, dtype=bool), p, dt.type(0))
                ds = p * (do @ v.T - delta)
                dV[b, h, ks : ks + tile_size] += p.T @ do
                dQ[b, h, qs : qs + T] += (ds @ k) * scale
                dK[b, h, ks : ks + tile_size] += (ds.T @ q) * scale
    return dQ, dK, dV
