# style: a module of its own that a function wraps, torch.var_mean and in-place steps on new tensors
import torch
from torch import nn


class Normaliser(nn.Module):
    def __init__(self, eps):
        super().__init__()
        self.eps = eps

    def forward(self, x):
        var, mean = torch.var_mean(x, dim=-1, unbiased=False, keepdim=True)
        return (x - mean).mul_(torch.rsqrt(var.add_(self.eps)))


def my_layer_norm(x, gamma, beta, eps=1e-5):
    return torch.addcmul(beta, Normaliser(eps)(x), gamma)
