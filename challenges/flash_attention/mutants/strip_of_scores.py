"""Tiles of queries, and for each of them whole rows of scores."""

import math

import numpy as np

Array = np.ndarray


def flash_attention_fwd(
    Q: Array, K: Array, V: Array, tile_size: int, causal: bool = True
) -> tuple[Array, dict[str, Array]]:
    N, D = Q.shape[-2:]
    O, L = np.empty(Q.shape, Q.dtype), np.empty(Q.shape[:-1], Q.dtype)
    for i in range(0, N, tile_size):
        q = Q[:, :, i : i + tile_size] / math.sqrt(D)
        end = i + q.shape[2] if causal else N
        S = q @ K[:, :, :end].swapaxes(-1, -2)
        if causal:
            np.copyto(S, -np.inf, where=~np.tri(q.shape[2], end, i, dtype=bool))
        m = S.max(axis=-1, keepdims=True)
        P = np.exp(S - m, out=S)
        l = P.sum(axis=-1, keepdims=True)
        O[:, :, i : i + tile_size] = P @ V[:, :, :end] / l
        L[:, :, i : i + tile_size] = (m + np.log(l))[..., 0]
    return O, {"O": O, "L": L, "Q": Q, "K": K, "V": V}
