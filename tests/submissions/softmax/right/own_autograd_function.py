# style: an own autograd function, p * (g - sum of g p) in the backward
import torch


class Softmax(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, dim):
        p = (x - x.max(dim, keepdim=True)[0]).exp_()
        p.div_(p.sum(dim, keepdim=True))
        ctx.save_for_backward(p)
        ctx.dim = dim
        return p

    @staticmethod
    def backward(ctx, g):
        (p,) = ctx.saved_tensors
        return p * (g - (g * p).sum(ctx.dim, keepdim=True)), None


def my_softmax(x: torch.Tensor, dim: int = -1) -> torch.Tensor:
    return Softmax.apply(x, dim)
