# mistake: tile_size cuts the queries only, the forward always takes keys in blocks of 64 | fails: tiles_above_the_diagonal_are_skipped | misconception: none
import numpy as np

KEY_BLOCK = 64


def flash_attention_fwd(Q, K, V, tile_size, causal=True):
    B, H, N, D = Q.shape
    O = np.empty((B, H, N, D), Q.dtype)
    L = np.empty((B, H, N))
    for q0 in range(0, N, tile_size):
        q1 = min(q0 + tile_size, N)
        q = Q[:, :, q0:q1] / np.sqrt(D)
        m = np.full((B, H, q1 - q0, 1), -np.inf)
        l, acc = np.zeros(m.shape), np.zeros(q.shape)
        for k0 in range(0, q1 if causal else N, KEY_BLOCK):
            k1 = min(k0 + KEY_BLOCK, N)
            s = q @ K[:, :, k0:k1].transpose(0, 1, 3, 2)
            if causal:
                s = np.where(np.arange(q0, q1)[:, None] >= np.arange(k0, k1), s, -np.inf)
            m_new = np.maximum(m, s.max(axis=-1, keepdims=True))
            p = np.exp(s - m_new)
            c = np.exp(m - m_new)
            l = l * c + p.sum(axis=-1, keepdims=True)
            acc = acc * c + p @ V[:, :, k0:k1]
            m = m_new
        O[:, :, q0:q1] = acc / l
        L[:, :, q0:q1] = (m + np.log(l))[..., 0]
    return O, {"O": O, "L": L, "Q": Q.copy(), "K": K.copy(), "V": V.copy()}


def flash_attention_bwd(dO, cache, tile_size, causal=True):
    O, L, Q, K, V = (cache[name] for name in "OLQKV")
    N, D = Q.shape[2:]
    dQ, dK, dV = np.zeros(Q.shape, Q.dtype), np.zeros(Q.shape, Q.dtype), np.zeros(Q.shape, Q.dtype)
    delta = (dO * O).sum(axis=-1, keepdims=True)
    for q0 in range(0, N, tile_size):
        q1 = min(q0 + tile_size, N)
        q, do = Q[:, :, q0:q1], dO[:, :, q0:q1]
        for k0 in range(0, q1 if causal else N, tile_size):
            k1 = min(k0 + tile_size, N)
            s = q @ K[:, :, k0:k1].transpose(0, 1, 3, 2) / np.sqrt(D)
            if causal:
                s = np.where(np.arange(q0, q1)[:, None] >= np.arange(k0, k1), s, -np.inf)
            p = np.exp(s - L[:, :, q0:q1, None])
            ds = p * (do @ V[:, :, k0:k1].transpose(0, 1, 3, 2) - delta[:, :, q0:q1]) / np.sqrt(D)
            dQ[:, :, q0:q1] += ds @ K[:, :, k0:k1]
            dK[:, :, k0:k1] += ds.transpose(0, 1, 3, 2) @ q
            dV[:, :, k0:k1] += p.transpose(0, 1, 3, 2) @ do
    return dQ, dK, dV
