"""What a step is taken with: a model, an optimiser and a loss that note what is done with them.

These objects live in the worker, beside the submission. Their notes and the parameters are read
by the hidden tests, which compute for themselves what they should be.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import nn


class Model(nn.Module):
    """x weight^T + bias. It notes each forward, and each backward that reaches its output."""

    def __init__(self, weight: torch.Tensor, bias: torch.Tensor) -> None:
        super().__init__()
        self.weight = nn.Parameter(weight.clone())
        self.bias = nn.Parameter(bias.clone())
        self.notes: list[str] = []

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        out = x @ self.weight.T + self.bias
        self.notes.append("forward")
        if out.requires_grad:
            out.register_hook(self._note_backward)  # type: ignore[no-untyped-call]  # torch's own
        return out

    def leave_gradients(self, weight: torch.Tensor, bias: torch.Tensor) -> None:
        """Gradients as an earlier step may have left them."""
        self.weight.grad, self.bias.grad = weight.clone(), bias.clone()

    def _note_backward(self, gradient: torch.Tensor) -> None:
        self.notes.append("backward")


class NotingSGD:
    """Gradient descent with momentum. It notes each zero_grad and each step.

    Not derived from torch.optim.Optimizer: making one of those imports the compiler of torch.
    """

    def __init__(self, model: Model, lr: float, momentum: float) -> None:
        self.param_groups: list[dict[str, Any]] = [{"params": list(model.parameters()), "lr": lr}]
        self.state: dict[torch.Tensor, torch.Tensor] = {}
        self._notes = model.notes
        self._momentum = momentum

    def zero_grad(self, set_to_none: bool = True) -> None:
        self._notes.append("zero_grad")
        for parameter in self._parameters():
            if set_to_none:
                parameter.grad = None
            elif parameter.grad is not None:
                parameter.grad.detach_().zero_()

    @torch.no_grad()
    def step(self) -> None:
        self._notes.append("step")
        for parameter in self._parameters():
            if parameter.grad is not None:
                velocity = self.state.get(parameter, torch.zeros_like(parameter))
                self.state[parameter] = self._momentum * velocity + parameter.grad
                parameter -= self.param_groups[0]["lr"] * self.state[parameter]

    def _parameters(self) -> list[torch.Tensor]:
        found: list[torch.Tensor] = self.param_groups[0]["params"]
        return found


class WeightedLoss:
    """The mean of (prediction - target)² (1 + target²): it tells its arguments apart."""

    def __call__(self, prediction: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
        return ((prediction - target).square() * (1 + target.square())).mean()
