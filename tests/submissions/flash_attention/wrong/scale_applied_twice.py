# mistake: dS is divided by sqrt(D) and dQ and dK are divided by it once more | fails: gradients_equal_the_naive_backward | misconception: none
import numpy as np


def flash_attention_fwd(Q, K, V, tile_size, causal=True):
    B, H, N, D = Q.shape
    scale = 1 / np.sqrt(D)
    O, L = np.empty((B, H, N, D), Q.dtype), np.empty((B, H, N))
    for qs in range(0, N, tile_size):
        q = scale * Q[:, :, qs : qs + tile_size]
        size = q.shape[2]
        m, l, o = -np.inf, 0.0, 0.0
        for ks in range(0, qs + size if causal else N, tile_size):
            s = q @ K[:, :, ks : ks + tile_size].transpose(0, 1, 3, 2)
            if causal and ks == qs:
                s = np.where(np.tri(size, dtype=bool), s, -np.inf)
            m_prev, m = m, np.maximum(m, s.max(-1, keepdims=True))
            p = np.exp(s - m)
            l = l * np.exp(m_prev - m) + p.sum(-1, keepdims=True)
            o = o * np.exp(m_prev - m) + p @ V[:, :, ks : ks + tile_size]
        O[:, :, qs : qs + size] = o / l
        L[:, :, qs : qs + size] = np.squeeze(m + np.log(l), -1)
    return O, {"O": O, "L": L, "Q": Q.copy(), "K": K.copy(), "V": V.copy()}


def flash_attention_bwd(dO, cache, tile_size, causal=True):
    Q, K, V, O, L = [cache[x] for x in ("Q", "K", "V", "O", "L")]
    B, H, N, D = Q.shape
    scale = 1 / np.sqrt(D)
    dQ, dK, dV = np.zeros(Q.shape), np.zeros(Q.shape), np.zeros(Q.shape)
    for qs in range(0, N, tile_size):
        rows = slice(qs, min(qs + tile_size, N))
        delta = np.sum(dO[:, :, rows] * O[:, :, rows], axis=-1, keepdims=True)
        for ks in range(0, rows.stop if causal else N, tile_size):
            cols = slice(ks, min(ks + tile_size, N))
            p = np.exp(
                scale * Q[:, :, rows] @ K[:, :, cols].transpose(0, 1, 3, 2) - L[:, :, rows, None]
            )
            if causal and ks == qs:
                p = np.tril(p)
            dp = dO[:, :, rows] @ V[:, :, cols].transpose(0, 1, 3, 2)
            ds = p * (dp - delta) * scale
            dV[:, :, cols] += p.transpose(0, 1, 3, 2) @ dO[:, :, rows]
            dQ[:, :, rows] += ds @ K[:, :, cols]
            dK[:, :, cols] += ds.transpose(0, 1, 3, 2) @ Q[:, :, rows]
    return (dQ * scale).astype(Q.dtype), (dK * scale).astype(Q.dtype), dV.astype(Q.dtype)
