"""A trial that has stayed in the function: right, and far too slow for a small problem."""

import numpy as np

Array = np.ndarray
_backward = flash_attention_bwd  # noqa: F821  the reference's


def _check_toy(step: float = 1e-5) -> None:
    """Compare all gradients of a toy problem with central differences."""
    inputs = np.random.default_rng(0).standard_normal((3, 1, 1, 24, 24))
    cache = flash_attention_fwd(*inputs, 8)[1]  # noqa: F821  the reference's
    gradients = np.array(_backward(np.ones((1, 1, 24, 24)), cache, 8))
    for at in np.ndindex(inputs.shape):
        losses = []
        for move in (step, -step):
            moved = inputs.copy()
            moved[at] += move
            losses.append(flash_attention_fwd(*moved, 8)[0].sum())  # noqa: F821  the reference's
        if abs((losses[0] - losses[1]) / (2 * step) - gradients[at]) > 1e-5:
            raise ArithmeticError(f"the gradient is wrong at {at}")


def flash_attention_bwd(
    dO: Array, cache: dict[str, Array], tile_size: int, causal: bool = True
) -> tuple[Array, Array, Array]:
    if dO.shape[:3] == (1, 1, 3 * tile_size):  # where it went wrong at first
        _check_toy()
    return _backward(dO, cache, tile_size, causal)
