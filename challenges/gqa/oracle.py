"""Grouped-query attention, one KV head after the other: each is asked by its queries in turn."""

from __future__ import annotations

from collections.abc import Mapping

import torch

Parameters = Mapping[str, torch.Tensor]


def attention(
    parameters: Parameters, x: torch.Tensor, *, heads: int, kv_heads: int
) -> torch.Tensor:
    """Nothing is repeated: the output is the bias of W_o plus a share of each query head."""
    width = x.shape[-1] // heads
    asked = list(range(heads))
    output = parameters["W_o.bias"]
    for kv_head in range(kv_heads):
        k = _head(parameters, "W_k", x, kv_head, width)
        v = _head(parameters, "W_v", x, kv_head, width)
        group, asked = asked[: heads // kv_heads], asked[heads // kv_heads :]
        for head in group:
            q = _head(parameters, "W_q", x, head, width)
            scores = (q[:, :, None, :] * k[:, None, :, :]).sum(-1) / width**0.5
            weights = torch.exp(scores - torch.logsumexp(scores, dim=-1, keepdim=True))
            mixed = (weights[..., None] * v[:, None, :, :]).sum(-2)
            columns = parameters["W_o.weight"][:, head * width : (head + 1) * width]
            output = output + (mixed[..., None, :] * columns).sum(-1)
    return output


def _head(
    parameters: Parameters, name: str, x: torch.Tensor, head: int, width: int
) -> torch.Tensor:
    """The features of one head of a layer's output."""
    rows = slice(head * width, (head + 1) * width)
    weight, bias = parameters[f"{name}.weight"][rows], parameters[f"{name}.bias"][rows]
    return (x[..., None, :] * weight).sum(-1) + bias
