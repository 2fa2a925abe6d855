# mistake: the corrected first average takes the place of the average itself, and the next step corrects it again | fails: many_steps_with_changing_gradients | misconception: corrected_average_kept
import torch


class MyAdam:
    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8):
        self.defaults = {"lr": lr, "betas": betas, "eps": eps}
        self.params = [*params]
        self.state = {}

    @torch.no_grad()
    def step(self):
        (b1, b2), eps = self.defaults["betas"], self.defaults["eps"]
        for index, p in enumerate(self.params):
            if p.grad is None:
                continue
            s = self.state.setdefault(index, {"t": 0, "m": 0 * p, "v": 0 * p})
            s["t"] += 1
            s["m"] = b1 * s["m"] + (1 - b1) * p.grad
            s["v"] = b2 * s["v"] + (1 - b2) * p.grad.pow(2)
            s["m"] = s["m"] / (1 - b1 ** s["t"])
            v_hat = s["v"] / (1 - b2 ** s["t"])
            p.copy_(p - self.defaults["lr"] * s["m"] / (v_hat.sqrt() + eps))

    def zero_grad(self):
        for p in self.params:
            if p.grad is not None:
                p.grad.zero_()
