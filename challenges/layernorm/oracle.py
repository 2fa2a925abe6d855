"""Layer norm from the differences of all pairs: no mean is ever subtracted from a large number."""

from __future__ import annotations

import torch


def layer_norm(
    x: torch.Tensor, gamma: torch.Tensor, beta: torch.Tensor, eps: float = 1e-5
) -> torch.Tensor:
    """The mean of the differences is x - mean, half of their mean square is the variance."""
    differences = x.unsqueeze(-1) - x.unsqueeze(-2)
    centred = differences.mean(-1)
    variance = (differences**2).mean((-2, -1)) / 2
    return torch.einsum("...d,...,d->...d", centred, (variance + eps) ** -0.5, gamma) + beta
