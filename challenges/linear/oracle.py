"""The layer as a sum over inputs, one output at a time."""

from __future__ import annotations

from collections.abc import Mapping

import torch


def linear(parameters: Mapping[str, torch.Tensor], x: torch.Tensor) -> torch.Tensor:
    """Uses no matrix product: each output is the sum of x times a row of the weight."""
    rows = zip(parameters["weight"], parameters["bias"], strict=True)
    return torch.stack([(x * row).sum(-1) + bias for row, bias in rows], -1)
