"""Attention for one query at a time, by sums over explicit axes: no tiles, no running maximum."""

from __future__ import annotations

import torch


def attention(
    Q: torch.Tensor, K: torch.Tensor, V: torch.Tensor, *, block_size: int = 0
) -> torch.Tensor:
    """The weights are exp(s - logsumexp(s)); block_size changes nothing."""
    outputs = []
    for q in Q.unbind(1):
        scores = (K * q[:, None]).sum(-1) / Q.shape[-1] ** 0.5
        weights = torch.exp(scores - torch.logsumexp(scores, dim=1)[:, None])
        outputs.append((weights[:, :, None] * V).sum(1))
    return torch.stack(outputs, 1)
