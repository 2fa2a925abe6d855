# style: all batches and heads at once, the leading axes ride along in matmul
import numpy as np


def flash_attention_fwd(Q, K, V, tile_size, causal=True):
    B, H, N, D = Q.shape
    scale = 1.0 / np.sqrt(D)
    O = np.empty((B, H, N, D), dtype=Q.dtype)
    L = np.empty((B, H, N), dtype=np.float64)

    for i0 in range(0, N, tile_size):
        i1 = min(i0 + tile_size, N)
        q = Q[:, :, i0:i1] * scale
        m = np.full((B, H, i1 - i0, 1), -np.inf)
        l = np.zeros((B, H, i1 - i0, 1))
        acc = np.zeros((B, H, i1 - i0, D))

        # under causality the last tile worth visiting is the one on the diagonal
        for j0 in range(0, i1 if causal else N, tile_size):
            j1 = min(j0 + tile_size, N)
            S = q @ np.swapaxes(K[:, :, j0:j1], -1, -2)
            if causal and j1 > i0 + 1:
                visible = np.arange(j0, j1) <= np.arange(i0, i1)[:, None]
                S = np.where(visible, S, -np.inf)
            m_new = np.maximum(m, S.max(axis=-1, keepdims=True))
            c = np.exp(m - m_new)
            P = np.exp(S - m_new)
            l = l * c + P.sum(axis=-1, keepdims=True)
            acc = acc * c + P @ V[:, :, j0:j1]
            m = m_new

        O[:, :, i0:i1] = acc / l
        L[:, :, i0:i1] = (m + np.log(l))[..., 0]

    return O, {"O": O, "L": L, "Q": Q.copy(), "K": K.copy(), "V": V.copy()}


def flash_attention_bwd(dO, cache, tile_size, causal=True):
    O, L, Q, K, V = (cache[name] for name in ("O", "L", "Q", "K", "V"))
    N, D = Q.shape[2:]
    scale = 1.0 / np.sqrt(D)
    dQ = np.zeros(Q.shape, dtype=np.float64)
    dK = np.zeros(Q.shape, dtype=np.float64)
    dV = np.zeros(Q.shape, dtype=np.float64)

    for i0 in range(0, N, tile_size):
        i1 = min(i0 + tile_size, N)
        q, do = Q[:, :, i0:i1], dO[:, :, i0:i1]
        # sum_j P_ij dP_ij is the same number as dO_i . O_i, and O is already here
        delta = (do * O[:, :, i0:i1]).sum(axis=-1, keepdims=True)
        for j0 in range(0, i1 if causal else N, tile_size):
            j1 = min(j0 + tile_size, N)
            k, v = K[:, :, j0:j1], V[:, :, j0:j1]
            S = scale * (q @ np.swapaxes(k, -1, -2))
            P = np.exp(S - L[:, :, i0:i1, None])
            if causal and j1 > i0 + 1:
                P = np.where(np.arange(j0, j1) <= np.arange(i0, i1)[:, None], P, 0.0)
            dS = P * (do @ np.swapaxes(v, -1, -2) - delta)
            dV[:, :, j0:j1] += np.swapaxes(P, -1, -2) @ do
            dQ[:, :, i0:i1] += scale * (dS @ k)
            dK[:, :, j0:j1] += scale * (np.swapaxes(dS, -1, -2) @ q)

    return tuple(g.astype(Q.dtype, copy=False) for g in (dQ, dK, dV))
