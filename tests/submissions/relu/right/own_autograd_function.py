# style: a custom autograd function with both directions by hand
import torch
from torch.autograd import Function


class _Relu(Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return torch.maximum(x, torch.zeros((), dtype=x.dtype))

    @staticmethod
    def backward(ctx, grad_out):
        (x,) = ctx.saved_tensors
        return torch.where(x > 0, grad_out, torch.zeros_like(grad_out))


def relu(x):
    return _Relu.apply(x)
