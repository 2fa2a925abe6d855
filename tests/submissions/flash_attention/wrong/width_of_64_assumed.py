# mistake: the scale is the constant 1 / 8, right for D = 64 only | fails: every_shape_and_tile_size_works | misconception: none
import numpy as np

SCALE = 0.125  # 1 / sqrt(64)


def tile_scores(Q, K, i, j, T, causal):
    s = SCALE * (Q[:, :, i : i + T] @ K[:, :, j : j + T].swapaxes(-1, -2))
    if causal and i == j:
        s = np.where(np.tri(s.shape[-1], dtype=bool), s, -np.inf)
    return s


def flash_attention_fwd(Q, K, V, tile_size, causal=True):
    T, N = tile_size, Q.shape[2]
    O, L = np.empty(Q.shape, Q.dtype), np.empty(Q.shape[:3])
    for i in range(0, N, T):
        shape = Q[:, :, i : i + T].shape
        m, l, acc = np.full(shape[:3], -np.inf), np.zeros(shape[:3]), np.zeros(shape)
        for j in range(0, i + 1 if causal else N, T):
            s = tile_scores(Q, K, i, j, T, causal)
            m_new = np.maximum(m, s.max(-1))
            p, c = np.exp(s - m_new[..., None]), np.exp(m - m_new)
            l = c * l + p.sum(-1)
            acc = c[..., None] * acc + p @ V[:, :, j : j + T]
            m = m_new
        O[:, :, i : i + T] = acc / l[..., None]
        L[:, :, i : i + T] = m + np.log(l)
    return O, {"O": O, "L": L, "Q": Q.copy(), "K": K.copy(), "V": V.copy()}


def flash_attention_bwd(dO, cache, tile_size, causal=True):
    Q, K, V, O, L = (cache[name] for name in "QKVOL")
    T, N = tile_size, Q.shape[2]
    dQ, dK, dV = np.zeros_like(Q), np.zeros_like(Q), np.zeros_like(Q)
    delta = (dO * O).sum(-1, keepdims=True)
    for i in range(0, N, T):
        q, do = Q[:, :, i : i + T], dO[:, :, i : i + T]
        for j in range(0, i + 1 if causal else N, T):
            p = np.exp(tile_scores(Q, K, i, j, T, causal) - L[:, :, i : i + T, None])
            dp = do @ V[:, :, j : j + T].swapaxes(-1, -2)
            ds = SCALE * p * (dp - delta[:, :, i : i + T])
            dV[:, :, j : j + T] += p.swapaxes(-1, -2) @ do
            dK[:, :, j : j + T] += ds.swapaxes(-1, -2) @ q
            dQ[:, :, i : i + T] += ds @ K[:, :, j : j + T]
    return dQ, dK, dV
