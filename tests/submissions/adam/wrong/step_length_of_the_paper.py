# mistake: both corrections go into the step length, as in the short form of the paper, so that eps is divided by the root of the second one as well | fails: gradients_as_small_as_eps_show_where_it_is_added | misconception: eps_before_correction
import math

import torch


class MyAdam:
    """The corrections as one factor of lr, which saves two divisions of tensors."""

    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8):
        self.lr, self.eps = lr, eps
        self.beta1, self.beta2 = betas
        self.slots = []
        for tensor in params:
            self.slots.append((tensor, torch.zeros_like(tensor), torch.zeros_like(tensor)))
        self.step_number = 0

    def step(self):
        self.step_number += 1
        c1 = 1.0 - math.pow(self.beta1, self.step_number)
        c2 = 1.0 - math.pow(self.beta2, self.step_number)
        alpha = self.lr * math.sqrt(c2) / c1
        with torch.no_grad():
            for tensor, mean, square in self.slots:
                if tensor.grad is None:
                    continue
                mean.lerp_(tensor.grad, 1.0 - self.beta1)
                square.mul_(self.beta2).addcmul_(tensor.grad, tensor.grad, value=1.0 - self.beta2)
                tensor.addcdiv_(mean, square.sqrt().add_(self.eps), value=-alpha)

    def zero_grad(self):
        for tensor, _, _ in self.slots:
            tensor.grad = None
