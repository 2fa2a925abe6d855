# mistake: the forward builds the causal mask once as a boolean (N, N) array | fails: scratch_memory_does_not_grow_with_n_squared | misconception: none
import numpy as np


def flash_attention_fwd(Q, K, V, tile_size, causal=True):
    N, D = Q.shape[2:]
    pos = np.arange(N)
    mask = pos[:, None] >= pos[None, :] if causal else None
    O = np.zeros(Q.shape, Q.dtype)
    L = np.zeros(Q.shape[:3])
    for i in range(0, N, tile_size):
        rows = slice(i, min(i + tile_size, N))
        q = Q[:, :, rows] / np.sqrt(D)
        m = np.full((*q.shape[:3], 1), -np.inf)
        l = np.zeros_like(m)
        acc = np.zeros(q.shape)
        for j in range(0, rows.stop if causal else N, tile_size):
            cols = slice(j, min(j + tile_size, N))
            s = q @ K[:, :, cols].swapaxes(-1, -2)
            if causal:
                s = np.where(mask[rows, cols], s, -np.inf)
            m_new = np.maximum(m, s.max(-1, keepdims=True))
            p = np.exp(s - m_new)
            alpha = np.exp(m - m_new)
            l = alpha * l + p.sum(-1, keepdims=True)
            acc = alpha * acc + p @ V[:, :, cols]
            m = m_new
        O[:, :, rows] = acc / l
        L[:, :, rows] = (m + np.log(l))[..., 0]
    return O, {"O": O, "L": L, "Q": Q.copy(), "K": K.copy(), "V": V.copy()}


def flash_attention_bwd(dO, cache, tile_size, causal=True):
    Q, K, V, O, L = (cache[x] for x in ("Q", "K", "V", "O", "L"))
    N, D = Q.shape[2:]
    dQ, dK, dV = np.zeros(Q.shape, Q.dtype), np.zeros(Q.shape, Q.dtype), np.zeros(Q.shape, Q.dtype)
    for i in range(0, N, tile_size):
        rows = slice(i, min(i + tile_size, N))
        q, do = Q[:, :, rows], dO[:, :, rows]
        delta = (do * O[:, :, rows]).sum(-1, keepdims=True)
        for j in range(0, rows.stop if causal else N, tile_size):
            cols = slice(j, min(j + tile_size, N))
            k, v = K[:, :, cols], V[:, :, cols]
            s = q @ k.swapaxes(-1, -2) / np.sqrt(D)
            if causal:
                pos_q, pos_k = np.arange(N)[rows], np.arange(N)[cols]
                s = np.where(pos_q[:, None] >= pos_k, s, -np.inf)
            p = np.exp(s - L[:, :, rows, None])
            ds = p * (do @ v.swapaxes(-1, -2) - delta) / np.sqrt(D)
            dQ[:, :, rows] += ds @ k
            dK[:, :, cols] += ds.swapaxes(-1, -2) @ q
            dV[:, :, cols] += p.swapaxes(-1, -2) @ do
    return dQ, dK, dV
