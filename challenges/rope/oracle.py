"""Rotary embedding by complex numbers: a pair is one number, a rotation is one product."""

from __future__ import annotations

import cmath

import torch


def turned(x: torch.Tensor) -> torch.Tensor:
    """x in float64 times exp(i angle), with angles from Python's own arithmetic."""
    length, width = x.shape[-2:]
    speeds = [10000.0 ** (-first / width) for first in range(0, width, 2)]
    spins = [[cmath.exp(1j * place * speed) for speed in speeds] for place in range(length)]
    points = torch.view_as_complex(x.reshape(*x.shape[:-1], -1, 2).contiguous())
    return torch.view_as_real(points * torch.tensor(spins, dtype=torch.complex128)).flatten(-2)


def apply_rope(q: torch.Tensor, k: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Both in the same way."""
    return turned(q), turned(k)
