"""Multi-head attention head by head: rows of the layers for each head, and no reshaping at all."""

from __future__ import annotations

from collections.abc import Mapping

import torch

Parameters = Mapping[str, torch.Tensor]


def attention(
    parameters: Parameters, Q: torch.Tensor, K: torch.Tensor, V: torch.Tensor, *, heads: int
) -> torch.Tensor:
    """The output is the bias of W_o plus what each head adds through its columns of W_o."""
    width = Q.shape[-1] // heads
    output = parameters["W_o.bias"]
    for head in range(heads):
        rows = slice(head * width, (head + 1) * width)
        q = _projected(parameters, "W_q", Q, rows)
        k = _projected(parameters, "W_k", K, rows)
        v = _projected(parameters, "W_v", V, rows)
        scores = (q[:, :, None, :] * k[:, None, :, :]).sum(-1) / width**0.5
        weights = torch.exp(scores - torch.logsumexp(scores, dim=-1, keepdim=True))
        mixed = (weights[..., None] * v[:, None, :, :]).sum(-2)
        columns = parameters["W_o.weight"][:, rows]
        output = output + (mixed[..., None, :] * columns).sum(-1)
    return output


def _projected(parameters: Parameters, name: str, x: torch.Tensor, rows: slice) -> torch.Tensor:
    """These features of the layer's output."""
    weight, bias = parameters[f"{name}.weight"][rows], parameters[f"{name}.bias"][rows]
    return (x[..., None, :] * weight).sum(-1) + bias
