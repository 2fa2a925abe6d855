# mistake: the averages are used as they are, without bias correction | fails: many_steps_with_changing_gradients | misconception: no_bias_correction
import torch


class MyAdam:
    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8):
        self.lr, self.betas, self.eps = lr, betas, eps
        self.state = [{"p": p, "m": 0.0, "v": 0.0} for p in params]

    @torch.no_grad()
    def step(self):
        b1, b2 = self.betas
        for s in self.state:
            g = s["p"].grad
            if g is None:
                continue
            s["m"] = b1 * s["m"] + (1 - b1) * g
            s["v"] = b2 * s["v"] + (1 - b2) * g * g
            s["p"].sub_(self.lr * s["m"] / (s["v"] ** 0.5 + self.eps))

    def zero_grad(self):
        for s in self.state:
            s["p"].grad = None
