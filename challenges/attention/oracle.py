"""Attention by sums over explicit axes: no matrix product and no softmax of the library."""

from __future__ import annotations

import torch


def attention(Q: torch.Tensor, K: torch.Tensor, V: torch.Tensor) -> torch.Tensor:
    """One batch element at a time; the weights are exp(s - logsumexp(s))."""
    outputs = []
    for q, k, v in zip(Q, K, V, strict=True):
        scores = (q[:, None, :] * k[None, :, :]).sum(-1) / q.shape[-1] ** 0.5
        weights = torch.exp(scores - torch.logsumexp(scores, dim=1)[:, None])
        outputs.append((weights[:, :, None] * v[None, :, :]).sum(1))
    return torch.stack(outputs)
