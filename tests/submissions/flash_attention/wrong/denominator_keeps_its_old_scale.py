# mistake: the accumulator is rescaled when the maximum grows, the row sum l is not | fails: running_sums_follow_a_growing_maximum | misconception: sum_not_rescaled
import numpy as np


def T(x):
    return np.swapaxes(x, -2, -1)


def flash_attention_fwd(Q, K, V, tile_size, causal=True):
    B, H, N, D = Q.shape
    O, L = np.zeros((B, H, N, D), Q.dtype), np.zeros((B, H, N))
    for qa in range(0, N, tile_size):
        qb = min(N, qa + tile_size)
        m_i = np.full((B, H, qb - qa, 1), -np.inf)
        l_i = np.zeros((B, H, qb - qa, 1))
        o_i = np.zeros((B, H, qb - qa, D))
        for ka in range(0, N, tile_size):
            kb = min(N, ka + tile_size)
            if causal and ka > qb - 1:
                continue
            s = (Q[:, :, qa:qb] @ T(K[:, :, ka:kb])) / np.sqrt(D)
            if causal and ka == qa:
                s = np.where(np.tri(qb - qa, kb - ka, dtype=bool), s, -np.inf)
            m_ij = np.maximum(m_i, s.max(-1, keepdims=True))
            p = np.exp(s - m_ij)
            l_i += p.sum(-1, keepdims=True)
            o_i = np.exp(m_i - m_ij) * o_i + p @ V[:, :, ka:kb]
            m_i = m_ij
        O[:, :, qa:qb] = o_i / l_i
        L[:, :, qa:qb] = (m_i + np.log(l_i))[..., 0]
    return O, {"O": O, "L": L, "Q": Q.copy(), "K": K.copy(), "V": V.copy()}


def flash_attention_bwd(dO, cache, tile_size, causal=True):
    Q, K, V, O, L = (cache[n] for n in ("Q", "K", "V", "O", "L"))
    N, D = Q.shape[2:]
    dQ, dK, dV = np.zeros(Q.shape), np.zeros(Q.shape), np.zeros(Q.shape)
    for qa in range(0, N, tile_size):
        qb = min(N, qa + tile_size)
        q, do = Q[:, :, qa:qb], dO[:, :, qa:qb]
        d_i = (do * O[:, :, qa:qb]).sum(-1, keepdims=True)
        for ka in range(0, N, tile_size):
            kb = min(N, ka + tile_size)
            if causal and ka > qb - 1:
                continue
            s = (q @ T(K[:, :, ka:kb])) / np.sqrt(D)
            if causal and ka == qa:
                s = np.where(np.tri(qb - qa, kb - ka, dtype=bool), s, -np.inf)
            p = np.exp(s - L[:, :, qa:qb, None])
            ds = p * (do @ T(V[:, :, ka:kb]) - d_i) / np.sqrt(D)
            dQ[:, :, qa:qb] += ds @ K[:, :, ka:kb]
            dK[:, :, ka:kb] += T(ds) @ q
            dV[:, :, ka:kb] += T(p) @ do
    return dQ.astype(Q.dtype), dK.astype(Q.dtype), dV.astype(Q.dtype)
