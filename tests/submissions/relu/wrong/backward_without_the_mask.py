# mistake: a custom autograd function hands the gradient on without looking at the sign of x | fails: gradients_pass_where_x_is_positive | misconception: gradient_everywhere
import torch


class Rectify(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        out = x.clone()
        out[x < 0] = 0
        return out

    @staticmethod
    def backward(ctx, grad):
        (x,) = ctx.saved_tensors
        return grad.reshape(x.shape)


def relu(x):
    return Rectify.apply(x)
