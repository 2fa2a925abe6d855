# mistake: the backward keeps its gradient buffers in the cache, so a second backward adds to the first | fails: backward_runs_twice_on_one_cache | misconception: gradients_kept_in_the_cache
import numpy as np


def flash_attention_fwd(Q, K, V, tile_size, causal=True):
    B, H, N, D = Q.shape
    O, L = np.empty(Q.shape, Q.dtype), np.empty((B, H, N))
    for i in range(0, N, tile_size):
        q = Q[:, :, i : i + tile_size] / np.sqrt(D)
        t = q.shape[2]
        m, l, acc = np.full((B, H, t, 1), -np.inf), np.zeros((B, H, t, 1)), np.zeros(q.shape)
        for j in range(0, i + t if causal else N, tile_size):
            s = q @ K[:, :, j : j + tile_size].swapaxes(2, 3)
            if causal and j == i:
                s = np.where(np.tri(t, dtype=bool), s, -np.inf)
            m_new = np.maximum(m, s.max(axis=3, keepdims=True))
            p = np.exp(s - m_new)
            l = l * np.exp(m - m_new) + p.sum(axis=3, keepdims=True)
            acc = acc * np.exp(m - m_new) + p @ V[:, :, j : j + tile_size]
            m = m_new
        O[:, :, i : i + t] = acc / l
        L[:, :, i : i + t] = (m + np.log(l)).reshape(B, H, t)
    return O, {"O": O, "L": L, "Q": Q.copy(), "K": K.copy(), "V": V.copy()}


def flash_attention_bwd(dO, cache, tile_size, causal=True):
    Q, K, V, O, L = (cache[name] for name in "QKVOL")
    for name in ("dQ", "dK", "dV"):
        cache.setdefault(name, np.zeros(Q.shape, Q.dtype))
    dQ, dK, dV = cache["dQ"], cache["dK"], cache["dV"]
    N, D = Q.shape[2:]
    for i in range(0, N, tile_size):
        q, do = Q[:, :, i : i + tile_size], dO[:, :, i : i + tile_size]
        delta = (do * O[:, :, i : i + tile_size]).sum(axis=3, keepdims=True)
        for j in range(0, i + 1 if causal else N, tile_size):
            k, v = K[:, :, j : j + tile_size], V[:, :, j : j + tile_size]
            p = np.exp(q @ k.swapaxes(2, 3) / np.sqrt(D) - L[:, :, i : i + tile_size, None])
            if causal and j == i:
                p = np.tril(p)
            ds = p * (do @ v.swapaxes(2, 3) - delta) / np.sqrt(D)
            dQ[:, :, i : i + tile_size] += ds @ k
            dK[:, :, j : j + tile_size] += ds.swapaxes(2, 3) @ q
            dV[:, :, j : j + tile_size] += p.swapaxes(2, 3) @ do
    return dQ.copy(), dK.copy(), dV.copy()
