"""Adam without a recurrence: at every step, weighted means over all gradients so far.

m_t is (1 - b) times the sum of b^(t-s) g_s, and 1 - b^t is (1 - b) times the sum of b^(t-s). So the
corrected average is the mean of the gradients with the weights b^(t-s).
"""

from __future__ import annotations

from collections.abc import Sequence

import torch

BETAS = (0.9, 0.999)


def adam(
    start: torch.Tensor,
    gradients: Sequence[torch.Tensor],
    *,
    lr: float = 1e-3,
    betas: tuple[float, float] = BETAS,
    eps: float = 1e-8,
) -> torch.Tensor:
    """The parameter after one step for each of the gradients, in float64."""
    p = start.detach().double()
    history = torch.stack([gradient.double() for gradient in gradients])
    for steps in range(1, len(history) + 1):
        mean = _mean(history[:steps], betas[0])
        square = _mean(history[:steps] ** 2, betas[1])
        p = p - lr * mean / (torch.sqrt(square) + eps)
    return p


def _mean(values: torch.Tensor, beta: float) -> torch.Tensor:
    """Their mean; the last one has weight 1, each earlier one a factor beta less."""
    ages = torch.arange(len(values) - 1, -1, -1, dtype=torch.float64)
    weights: torch.Tensor = beta**ages
    shares = (weights / weights.sum()).reshape(-1, *[1] * (values.ndim - 1))
    return (shares * values).sum(0)
