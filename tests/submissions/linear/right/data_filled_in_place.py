# style: plain class with __call__ as well, tensors filled in place under no_grad
import torch


class SimpleLinear:
    def __init__(self, in_features, out_features):
        self.weight = torch.zeros(out_features, in_features, requires_grad=True)
        self.bias = torch.zeros(out_features, requires_grad=True)
        with torch.no_grad():
            self.weight.normal_().mul_(in_features**-0.5)

    def __call__(self, x):
        return self.forward(x)

    def forward(self, x):
        flat = x.reshape(-1, x.shape[-1])
        return torch.addmm(self.bias, flat, self.weight.T).reshape(*x.shape[:-1], -1)
