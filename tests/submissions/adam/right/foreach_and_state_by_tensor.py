# style: torch._foreach operations and a dict of states
import torch


class MyAdam:
    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8):
        self.group = [p for p in params]
        self.state = {}
        self.hyper = dict(lr=lr, b1=betas[0], b2=betas[1], eps=eps)
        self.steps = 0

    def step(self):
        self.steps += 1
        h = self.hyper
        used = [p for p in self.group if p.grad is not None]
        if not used:
            return
        with torch.no_grad():
            for p in used:
                self.state.setdefault(p, (torch.zeros_like(p), torch.zeros_like(p)))
            ms, vs = map(list, zip(*(self.state[p] for p in used)))
            gs = [p.grad for p in used]
            torch._foreach_lerp_(ms, gs, 1 - h["b1"])
            torch._foreach_mul_(vs, h["b2"])
            torch._foreach_addcmul_(vs, gs, gs, 1 - h["b2"])
            roots = torch._foreach_sqrt(vs)
            torch._foreach_div_(roots, (1 - h["b2"] ** self.steps) ** 0.5)
            torch._foreach_add_(roots, h["eps"])
            torch._foreach_addcdiv_(used, ms, roots, -h["lr"] / (1 - h["b1"] ** self.steps))

    def zero_grad(self):
        for p in self.group:
            if p.grad is not None:
                p.grad = torch.zeros_like(p)
