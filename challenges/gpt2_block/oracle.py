"""The block position by position: each one attends to its own prefix, so there is no mask."""

from __future__ import annotations

import math
from collections.abc import Mapping

import torch

Parameters = Mapping[str, torch.Tensor]


def shapes(width: int) -> dict[str, tuple[int, ...]]:
    """The parameters of a block, by name."""
    found: dict[str, tuple[int, ...]] = {}
    for norm in ("ln1", "ln2"):
        found |= {f"{norm}.weight": (width,), f"{norm}.bias": (width,)}
    for layer in ("W_q", "W_k", "W_v", "W_o"):
        found |= {f"{layer}.weight": (width, width), f"{layer}.bias": (width,)}
    found |= {"mlp.0.weight": (4 * width, width), "mlp.0.bias": (4 * width,)}
    return found | {"mlp.2.weight": (width, 4 * width), "mlp.2.bias": (width,)}


def block(
    parameters: Parameters, x: torch.Tensor, heads: int, tanh_gelu: bool = False
) -> torch.Tensor:
    """The output for x of shape (B, S, D), with the exact GELU or the one by tanh."""
    return torch.stack([_sequence(parameters, rows, heads, tanh_gelu) for rows in x])


def _sequence(p: Parameters, rows: torch.Tensor, heads: int, tanh_gelu: bool) -> torch.Tensor:
    normed = _norm(p, "ln1", rows)
    q, k, v = (_linear(p, name, normed) for name in ("W_q", "W_k", "W_v"))
    d = rows.shape[1] // heads
    out = []
    for i in range(len(rows)):
        parts = []
        for start in range(0, rows.shape[1], d):
            own = slice(start, start + d)
            scores = (k[: i + 1, own] * q[i, own]).sum(1) * d**-0.5
            odds = torch.exp(scores - scores.max())
            parts.append((odds[:, None] * v[: i + 1, own]).sum(0) / odds.sum())
        out.append(torch.cat(parts))
    middle = rows + _linear(p, "W_o", torch.stack(out))
    hidden = _linear(p, "mlp.0", _norm(p, "ln2", middle))
    return middle + _linear(p, "mlp.2", _gelu(hidden, tanh_gelu))


def _linear(p: Parameters, name: str, x: torch.Tensor) -> torch.Tensor:
    return torch.einsum("si,oi->so", x, p[f"{name}.weight"]) + p[f"{name}.bias"]


def _norm(p: Parameters, name: str, x: torch.Tensor) -> torch.Tensor:
    centred = x - x.mean(1, keepdim=True)
    scale = (centred.square().mean(1, keepdim=True) + 1e-5).rsqrt()
    return centred * scale * p[f"{name}.weight"] + p[f"{name}.bias"]


def _gelu(z: torch.Tensor, by_tanh: bool) -> torch.Tensor:
    if by_tanh:  # the logistic function of twice the argument of tanh
        return z * torch.sigmoid(math.sqrt(8 / math.pi) * (z + 0.044715 * z * z * z))
    return z * 0.5 * torch.erfc(-z / math.sqrt(2))
