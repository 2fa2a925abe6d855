# mistake: the maximum of the first key tile is kept for the whole row | fails: running_sums_follow_a_growing_maximum | misconception: max_never_updated
import numpy as np


def _scores(q, k, i, j, causal):
    s = np.matmul(q, k.swapaxes(-1, -2)) / np.sqrt(q.shape[-1])
    if causal and i == j:
        n = s.shape[-1]
        s = s + np.where(np.arange(n)[:, None] < np.arange(n), -np.inf, 0.0)
    return s


def flash_attention_fwd(Q, K, V, tile_size, causal=True):
    B, H, N, D = Q.shape
    O = np.empty((B, H, N, D), Q.dtype)
    L = np.empty((B, H, N))
    for i in range(0, N, tile_size):
        q = Q[:, :, i : i + tile_size]
        m = None
        l = 0.0
        acc = 0.0
        for j in range(0, i + 1 if causal else N, tile_size):
            s = _scores(q, K[:, :, j : j + tile_size], i, j, causal)
            if m is None:
                # any shift will do, softmax does not change under a shift
                m = s.max(axis=-1, keepdims=True)
            p = np.exp(s - m)
            l = l + p.sum(axis=-1, keepdims=True)
            acc = acc + p @ V[:, :, j : j + tile_size]
        O[:, :, i : i + tile_size] = acc / l
        L[:, :, i : i + tile_size] = (m + np.log(l)).squeeze(-1)
    return O, {"O": O, "L": L, "Q": Q.copy(), "K": K.copy(), "V": V.copy()}


def flash_attention_bwd(dO, cache, tile_size, causal=True):
    Q, K, V, O, L = (cache[name] for name in "QKVOL")
    N, D = Q.shape[2:]
    dQ, dK, dV = np.zeros(Q.shape, Q.dtype), np.zeros(Q.shape, Q.dtype), np.zeros(Q.shape, Q.dtype)
    for j in range(0, N, tile_size):
        k, v = K[:, :, j : j + tile_size], V[:, :, j : j + tile_size]
        for i in range(j if causal else 0, N, tile_size):
            q, do = Q[:, :, i : i + tile_size], dO[:, :, i : i + tile_size]
            p = np.exp(_scores(q, k, i, j, causal) - L[:, :, i : i + tile_size, None])
            delta = (do * O[:, :, i : i + tile_size]).sum(-1, keepdims=True)
            ds = p * (do @ v.swapaxes(-1, -2) - delta) / np.sqrt(D)
            dV[:, :, j : j + tile_size] += p.swapaxes(-1, -2) @ do
            dK[:, :, j : j + tile_size] += ds.swapaxes(-1, -2) @ q
            dQ[:, :, i : i + tile_size] += ds @ k
    return dQ, dK, dV
