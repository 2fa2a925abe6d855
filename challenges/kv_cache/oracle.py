"""Causal attention token by token: each looks at the rows up to its own, and there is no mask."""

from __future__ import annotations

from collections.abc import Mapping

import torch

Parameters = Mapping[str, torch.Tensor]
Cache = tuple[torch.Tensor, torch.Tensor]


def attention(
    parameters: Parameters, x: torch.Tensor, cache: Cache | None = None, *, heads: int
) -> torch.Tensor:
    """The output for the new tokens x, after those of the cache."""
    keys, values = kept(parameters, x, cache, heads=heads)
    queries = _heads(parameters, "W_q", x, heads)
    past = keys.shape[2] - queries.shape[2]
    rows = []
    for token in range(queries.shape[2]):
        seen = slice(0, past + token + 1)
        scores = (queries[:, :, token : token + 1] * keys[:, :, seen]).sum(-1)
        scores = scores / keys.shape[-1] ** 0.5
        weights = torch.exp(scores - torch.logsumexp(scores, dim=-1, keepdim=True))
        rows.append((weights[..., None] * values[:, :, seen]).sum(2).flatten(1))
    return _projected(parameters, "W_o", torch.stack(rows, 1))


def kept(
    parameters: Parameters, x: torch.Tensor, cache: Cache | None = None, *, heads: int
) -> Cache:
    """The keys and values of all tokens, (B, heads, tokens, d_k)."""
    keys, values = _heads(parameters, "W_k", x, heads), _heads(parameters, "W_v", x, heads)
    if cache is None:
        return keys, values
    return torch.cat([cache[0], keys], 2), torch.cat([cache[1], values], 2)


def _heads(parameters: Parameters, name: str, x: torch.Tensor, heads: int) -> torch.Tensor:
    return torch.stack(_projected(parameters, name, x).chunk(heads, dim=-1), 1)


def _projected(parameters: Parameters, name: str, x: torch.Tensor) -> torch.Tensor:
    weight, bias = parameters[f"{name}.weight"], parameters[f"{name}.bias"]
    return (x[..., None, :] * weight).sum(-1) + bias
