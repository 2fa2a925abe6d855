# mistake: the step number rises after the update and is at least 1, so the second step counts as the first | fails: many_steps_with_changing_gradients | misconception: none
import torch
from torch import nn


class MyAdam(nn.Module):
    """Moments as lists beside the parameters; the update as one expression."""

    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8):
        super().__init__()
        self.group = [p for p in params]
        self.hyper = dict(lr=lr, beta1=betas[0], beta2=betas[1], eps=eps)
        self.first = [torch.zeros(p.shape, dtype=p.dtype) for p in self.group]
        self.second = [torch.zeros(p.shape, dtype=p.dtype) for p in self.group]
        self.steps_done = 0

    def step(self):
        h = self.hyper
        t = max(self.steps_done, 1)
        for p, m, v in zip(self.group, self.first, self.second):
            if p.grad is not None:
                m.copy_(h["beta1"] * m + (1 - h["beta1"]) * p.grad)
                v.copy_(h["beta2"] * v + (1 - h["beta2"]) * p.grad.square())
                m_hat = m / (1 - h["beta1"] ** t)
                v_hat = v / (1 - h["beta2"] ** t)
                p.data -= h["lr"] * m_hat / (v_hat.sqrt() + h["eps"])
        self.steps_done += 1

    def zero_grad(self):
        for p in self.group:
            if p.grad is not None:
                p.grad.zero_()
