"""Steps of gradient descent with momentum, by a gradient written out by hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import torch

Pair = tuple[torch.Tensor, torch.Tensor]


@dataclass
class Descent:
    """A linear model on its way down, in float64."""

    weight: torch.Tensor
    bias: torch.Tensor
    lr: float
    momentum: float
    velocity: tuple[torch.Tensor, torch.Tensor] | None = field(default=None)

    def step(self, pairs: Sequence[Pair]) -> float:
        """One step on the mean over micro-batches of their mean losses; that loss before it."""
        total = 0.0
        slopes = (torch.zeros_like(self.weight), torch.zeros_like(self.bias))
        for x, target in pairs:
            share = 1.0 / (len(pairs) * target.numel())
            for sample, wanted in zip(x, target, strict=True):
                error = (self.weight * sample).sum(1) + self.bias - wanted
                pull = 2.0 * share * error * (1.0 + wanted * wanted)
                total += share * float((error * error * (1.0 + wanted * wanted)).sum())
                slopes[0].add_(torch.outer(pull, sample))
                slopes[1].add_(pull)
        before = self.velocity or (torch.zeros_like(self.weight), torch.zeros_like(self.bias))
        weight, bias = (self.momentum * old + new for old, new in zip(before, slopes, strict=True))
        self.velocity = (weight, bias)
        self.weight = self.weight - self.lr * weight
        self.bias = self.bias - self.lr * bias
        return total
