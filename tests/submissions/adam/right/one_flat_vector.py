# style: each parameter's numbers seen as a flat vector through .data, the powers of beta kept as products
from typing import Iterable, Tuple

import torch


class MyAdam:
    def __init__(
        self,
        params: Iterable[torch.Tensor],
        lr: float = 1e-3,
        betas: Tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
    ) -> None:
        self.slots = []
        for p in params:
            flat = p.data.view(-1)
            self.slots.append([p, flat, torch.zeros_like(flat), torch.zeros_like(flat)])
        self.rate, self.betas, self.eps = lr, betas, eps
        self.power1 = self.power2 = 1.0

    def step(self) -> None:
        beta1, beta2 = self.betas
        self.power1 *= beta1
        self.power2 *= beta2
        for slot in self.slots:
            p, flat, m, v = slot
            if p.grad is None:
                continue
            g = p.grad.detach().reshape(-1)
            slot[2] = m = m + (1 - beta1) * (g - m)
            slot[3] = v = v + (1 - beta2) * (g * g - v)
            flat -= (
                self.rate * (m / (1 - self.power1)) / ((v / (1 - self.power2)).sqrt() + self.eps)
            )

    def zero_grad(self) -> None:
        for p, *_ in self.slots:
            if p.grad is not None:
                p.grad = torch.zeros_like(p)
