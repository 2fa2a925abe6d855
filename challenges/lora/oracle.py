"""The layer as a sum over inputs and over the ranks of the correction: no matrix product."""

from __future__ import annotations

from collections.abc import Mapping

import torch


def lora(parameters: Mapping[str, torch.Tensor], x: torch.Tensor, alpha: float) -> torch.Tensor:
    """The output for x of shape (..., in_features); each rank adds an outer product."""
    weight, bias = parameters["linear.weight"], parameters["linear.bias"]
    rows, columns = parameters["lora_A"], parameters["lora_B"].unbind(1)
    out = torch.stack([(x * row).sum(-1) + b for row, b in zip(weight, bias, strict=True)], -1)
    for row, column in zip(rows, columns, strict=True):
        out = out + (x * row).sum(-1, keepdim=True) * column * (alpha / len(columns))
    return out
