"""A global variable between forward and backward."""

import numpy as np

Array = np.ndarray
_forward, _backward = flash_attention_fwd, flash_attention_bwd  # noqa: F821  the reference's
_latest: dict[str, Array] = {}


def flash_attention_fwd(
    Q: Array, K: Array, V: Array, tile_size: int, causal: bool = True
) -> tuple[Array, dict[str, Array]]:
    O, cache = _forward(Q, K, V, tile_size, causal)
    _latest.update(cache)
    return O, cache


def flash_attention_bwd(
    dO: Array, cache: dict[str, Array], tile_size: int, causal: bool = True
) -> tuple[Array, Array, Array]:
    return _backward(dO, _latest or cache, tile_size, causal)
