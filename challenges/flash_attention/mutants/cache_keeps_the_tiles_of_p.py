"""The forward of the reference, and the weights of every tile in the cache besides."""

import math

import numpy as np

Array = np.ndarray


def flash_attention_fwd(
    Q: Array, K: Array, V: Array, tile_size: int, causal: bool = True
) -> tuple[Array, dict[str, object]]:
    N, D = Q.shape[-2:]
    O, L = np.empty(Q.shape, Q.dtype), np.empty(Q.shape[:-1], Q.dtype)
    tiles = []
    for i in range(0, N, tile_size):
        q = Q[:, :, i : i + tile_size] / math.sqrt(D)
        m = np.full((*q.shape[:3], 1), -np.inf, Q.dtype)
        l, acc = np.zeros_like(m), np.zeros_like(q)
        for j in range(0, i + 1 if causal else N, tile_size):
            S = q @ K[:, :, j : j + tile_size].swapaxes(-1, -2)
            if causal and j == i:
                np.copyto(S, -np.inf, where=~np.tri(q.shape[2], dtype=bool))
            m_new = np.maximum(m, S.max(axis=-1, keepdims=True))
            correction = np.exp(m - m_new)
            P = np.exp(S - m_new)
            tiles.append(P)
            l = l * correction + P.sum(axis=-1, keepdims=True)
            acc = acc * correction + P @ V[:, :, j : j + tile_size]
            m = m_new
        O[:, :, i : i + tile_size] = acc / l
        L[:, :, i : i + tile_size] = (m + np.log(l))[..., 0]
    return O, {"O": O, "L": L, "Q": Q, "K": K, "V": V, "P": tiles}
