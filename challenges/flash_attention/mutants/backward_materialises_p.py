"""The gradients as they are written down: all weights at once."""

import math

import numpy as np

Array = np.ndarray


def flash_attention_bwd(
    dO: Array, cache: dict[str, Array], tile_size: int, causal: bool = True
) -> tuple[Array, Array, Array]:
    O, L, Q, K, V = (cache[name] for name in ("O", "L", "Q", "K", "V"))
    N, D = Q.shape[-2:]
    S = Q @ K.swapaxes(-1, -2) / math.sqrt(D)
    if causal:
        np.copyto(S, -np.inf, where=~np.tri(N, dtype=bool))
    P = np.exp(S - L[..., None])
    dP = dO @ V.swapaxes(-1, -2)
    dS = P * (dP - (dO * O).sum(axis=-1, keepdims=True)) / math.sqrt(D)
    return dS @ K, dS.swapaxes(-1, -2) @ Q, P.swapaxes(-1, -2) @ dO
