# style: an autograd.Function with the backward written by hand, all in float64
import torch


class Scaled(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, eps):
        wide = x.double()
        factor = wide.square().mean(-1, keepdim=True).add(eps).rsqrt()
        ctx.save_for_backward(wide, factor)
        return (wide * factor).to(x.dtype)

    @staticmethod
    def backward(ctx, g):
        wide, factor = ctx.saved_tensors
        inner = (g.double() * wide).mean(-1, keepdim=True)
        return (g * factor - wide * inner * factor**3).to(g.dtype), None


def rms_norm(x, weight, eps=1e-6):
    return Scaled.apply(x, eps) * weight
