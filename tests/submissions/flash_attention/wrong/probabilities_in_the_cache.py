# mistake: the forward fills a whole (N, N) matrix P and saves it in the cache | fails: cache_holds_no_square_array | misconception: none
import numpy as np


def flash_attention_fwd(Q, K, V, tile_size, causal=True):
    B, H, N, D = Q.shape
    O = np.zeros((B, H, N, D), dtype=Q.dtype)
    L = np.zeros((B, H, N))
    P = np.zeros((B, H, N, N), dtype=np.float32)
    for i in range(0, N, tile_size):
        q = Q[:, :, i : i + tile_size] / np.sqrt(D)
        n = q.shape[2]
        m = np.full((B, H, n), -np.inf)
        l = np.zeros((B, H, n))
        acc = np.zeros((B, H, n, D))
        for j in range(0, i + n if causal else N, tile_size):
            s = q @ K[:, :, j : j + tile_size].swapaxes(2, 3)
            if causal and j == i:
                s = np.where(np.tri(n, dtype=bool), s, -np.inf)
            P[:, :, i : i + n, j : j + tile_size] = s
            m_new = np.maximum(m, s.max(axis=3))
            p = np.exp(s - m_new[..., None])
            l = l * np.exp(m - m_new) + p.sum(axis=3)
            acc = acc * np.exp(m - m_new)[..., None] + p @ V[:, :, j : j + tile_size]
            m = m_new
        O[:, :, i : i + n] = acc / l[..., None]
        L[:, :, i : i + n] = m + np.log(l)
        end = i + n if causal else N
        seen = P[:, :, i : i + n, :end]
        np.exp(seen - L[:, :, i : i + n, None], out=seen, casting="same_kind")
    return O, {"O": O, "L": L, "P": P, "Q": Q.copy(), "K": K.copy(), "V": V.copy()}


def flash_attention_bwd(dO, cache, tile_size, causal=True):
    # P from the cache turned out to be too coarse, so it is computed again from L
    Q, K, V, O, L = cache["Q"], cache["K"], cache["V"], cache["O"], cache["L"]
    N, D = Q.shape[2:]
    dQ, dK, dV = np.zeros_like(Q), np.zeros_like(K), np.zeros_like(V)
    for i in range(0, N, tile_size):
        q, do = Q[:, :, i : i + tile_size], dO[:, :, i : i + tile_size]
        delta = (do * O[:, :, i : i + tile_size]).sum(axis=3, keepdims=True)
        for j in range(0, i + 1 if causal else N, tile_size):
            k, v = K[:, :, j : j + tile_size], V[:, :, j : j + tile_size]
            p = np.exp(q @ k.swapaxes(2, 3) / np.sqrt(D) - L[:, :, i : i + tile_size, None])
            if causal and i == j:
                p = np.tril(p)
            ds = p * (do @ v.swapaxes(2, 3) - delta) / np.sqrt(D)
            dQ[:, :, i : i + tile_size] += ds @ k
            dK[:, :, j : j + tile_size] += ds.swapaxes(2, 3) @ q
            dV[:, :, j : j + tile_size] += p.swapaxes(2, 3) @ do
    return dQ, dK, dV
