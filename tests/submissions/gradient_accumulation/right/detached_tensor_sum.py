# style: type hints, a running tensor that is detached, zeroed gradients kept in place
from collections.abc import Callable

import torch
from torch import Tensor, nn


def accumulated_step(
    model: nn.Module,
    optimizer: torch.optim.Optimizer,
    loss_fn: Callable[[Tensor, Tensor], Tensor],
    micro_batches: list[tuple[Tensor, Tensor]],
) -> float:
    optimizer.zero_grad(set_to_none=False)
    share = 1.0 / len(micro_batches)
    total: Tensor | None = None
    for x, y in micro_batches:
        loss = loss_fn(model.forward(x), y)
        (loss * share).backward()
        part = loss.detach() * share
        total = part if total is None else total + part
    optimizer.step()
    optimizer.zero_grad()
    return total.item()
