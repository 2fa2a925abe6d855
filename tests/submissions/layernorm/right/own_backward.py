# style: an autograd.Function with the backward written by hand
import torch


class Normalise(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, eps):
        centred = x - x.mean(-1, keepdim=True)
        rstd = (centred.square().mean(-1, keepdim=True) + eps).rsqrt()
        z = centred * rstd
        ctx.save_for_backward(z, rstd)
        return z

    @staticmethod
    def backward(ctx, g):
        z, rstd = ctx.saved_tensors
        along = (g * z).mean(-1, keepdim=True)
        return rstd * (g - g.mean(-1, keepdim=True) - z * along), None


def my_layer_norm(x, gamma, beta, eps=1e-5):
    return Normalise.apply(x, eps) * gamma + beta
