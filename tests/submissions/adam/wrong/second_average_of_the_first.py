# mistake: the second average takes the square of the first average instead of the square of the gradient | fails: many_steps_with_changing_gradients | misconception: none
import torch


class MyAdam:
    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8):
        self.params = list(params)
        self.lr, self.eps = lr, eps
        self.b1, self.b2 = betas
        self.t = 0
        self.memory = {}

    @torch.no_grad()
    def step(self):
        self.t += 1
        for i, p in enumerate(self.params):
            if p.grad is None:
                continue
            if i not in self.memory:
                self.memory[i] = [torch.zeros_like(p), torch.zeros_like(p)]
            m, v = self.memory[i]
            m.lerp_(p.grad, 1 - self.b1)
            v.lerp_(m**2, 1 - self.b2)
            m_hat = m / (1 - self.b1**self.t)
            v_hat = v / (1 - self.b2**self.t)
            p.sub_(self.lr * m_hat / (torch.sqrt(v_hat) + self.eps))

    def zero_grad(self):
        for p in self.params:
            p.grad = None
