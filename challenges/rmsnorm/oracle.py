"""RMS norm row by row: the squared length of a row is its product with itself."""

from __future__ import annotations

import torch


def rms_norm(x: torch.Tensor, weight: torch.Tensor, eps: float = 1e-6) -> torch.Tensor:
    """Each row times a diagonal matrix, times sqrt(D / (row . row + D eps))."""
    size = x.shape[-1]
    matrix = torch.diag(weight)
    rows = [
        (row @ matrix) * (size / (torch.dot(row, row) + size * eps)) ** 0.5
        for row in x.reshape(-1, size)
    ]
    return torch.stack(rows).reshape(x.shape)
