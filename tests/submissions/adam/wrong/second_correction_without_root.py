# mistake: the second average is corrected after its root was taken, by 1 - beta2**t instead of the root of it | fails: many_steps_with_changing_gradients | misconception: none
import torch


class MyAdam:
    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8):
        self.theta = tuple(params)
        self.lr, self.betas, self.eps = lr, betas, eps
        self.moments = [torch.zeros(2, *p.shape, dtype=p.dtype) for p in self.theta]
        self.t = 0

    def step(self):
        self.t += 1
        b1, b2 = self.betas
        for p, mv in zip(self.theta, self.moments):
            if p.grad is None:
                continue
            mv[0] = b1 * mv[0] + (1 - b1) * p.grad
            mv[1] = b2 * mv[1] + (1 - b2) * p.grad * p.grad
            scale = mv[1].sqrt() / (1 - b2**self.t)
            p.data.sub_(self.lr * (mv[0] / (1 - b1**self.t)) / (scale + self.eps))

    def zero_grad(self):
        for p in self.theta:
            p.grad = None
