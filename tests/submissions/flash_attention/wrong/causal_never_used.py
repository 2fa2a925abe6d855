# mistake: the forward accepts causal and never looks at it, every query sees every key | fails: output_equals_full_softmax_attention | misconception: none
import numpy as np


def online_update(state, s, v):
    m, l, o = state
    m_new = np.maximum(m, s.max(axis=-1))
    p = np.exp(s - m_new[..., None])
    f = np.exp(m - m_new)
    return m_new, l * f + p.sum(axis=-1), o * f[..., None] + p @ v


def flash_attention_fwd(Q, K, V, tile_size, causal=True):
    B, H, N, D = Q.shape
    O, L = np.empty(Q.shape, Q.dtype), np.empty((B, H, N))
    for i in range(0, N, tile_size):
        q = Q[:, :, i : i + tile_size] * D**-0.5
        state = np.full(q.shape[:3], -np.inf), np.zeros(q.shape[:3]), np.zeros(q.shape)
        for j in range(0, N, tile_size):
            s = q @ K[:, :, j : j + tile_size].swapaxes(-1, -2)
            state = online_update(state, s, V[:, :, j : j + tile_size])
        m, l, o = state
        O[:, :, i : i + tile_size] = o / l[..., None]
        L[:, :, i : i + tile_size] = m + np.log(l)
    return O, {"O": O, "L": L, "Q": Q.copy(), "K": K.copy(), "V": V.copy()}


def flash_attention_bwd(dO, cache, tile_size, causal=True):
    Q, K, V, O, L = (cache[name] for name in "QKVOL")
    N, D = Q.shape[2:]
    dQ, dK, dV = (np.zeros(Q.shape, Q.dtype) for _ in range(3))
    for i in range(0, N, tile_size):
        q, do = Q[:, :, i : i + tile_size] * D**-0.5, dO[:, :, i : i + tile_size]
        delta = (do * O[:, :, i : i + tile_size]).sum(axis=-1, keepdims=True)
        for j in range(0, i + 1 if causal else N, tile_size):
            k, v = K[:, :, j : j + tile_size], V[:, :, j : j + tile_size]
            p = np.exp(q @ k.swapaxes(-1, -2) - L[:, :, i : i + tile_size, None])
            if causal and i == j:
                p = np.tril(p)
            ds = p * (do @ v.swapaxes(-1, -2) - delta)
            dQ[:, :, i : i + tile_size] += ds @ k * D**-0.5
            dK[:, :, j : j + tile_size] += ds.swapaxes(-1, -2) @ q
            dV[:, :, j : j + tile_size] += p.swapaxes(-1, -2) @ do
    return dQ, dK, dV
