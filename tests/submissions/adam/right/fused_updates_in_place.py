# style: lerp_, addcmul_ and addcdiv_ on state kept in a dict by parameter, gradients set to None
import math

import torch


class MyAdam:
    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8):
        self.params = tuple(params)
        self.lr, self.eps = lr, eps
        self.b1, self.b2 = betas
        self.state = {}

    @torch.no_grad()
    def step(self):
        for p in self.params:
            if p.grad is None:
                continue
            s = self.state.setdefault(
                id(p), {"t": 0, "m": torch.zeros_like(p), "v": torch.zeros_like(p)}
            )
            s["t"] += 1
            s["m"].lerp_(p.grad, 1 - self.b1)
            s["v"].mul_(self.b2).addcmul_(p.grad, p.grad, value=1 - self.b2)
            root = s["v"].sqrt() / math.sqrt(1 - self.b2 ** s["t"]) + self.eps
            p.addcdiv_(s["m"], root, value=-self.lr / (1 - self.b1 ** s["t"]))

    def zero_grad(self):
        for p in self.params:
            p.grad = None
