# style: divided by the largest entry first, so that no square overflows
import torch


def rms_norm(x, weight, eps=1e-6):
    big = x.detach().double()
    size = big.abs().amax(-1, keepdim=True).clamp(min=1e-3)
    y = x.double() / size
    root = ((y * y).mean(-1, keepdim=True) + eps / size**2).sqrt()
    return (weight.double() * y / root).to(x.dtype)
