# mistake: the variance is the mean of the squares minus the square of the mean | fails: a_large_mean_leaves_the_variance_exact | misconception: none
import torch


def my_layer_norm(x, gamma, beta, eps=1e-5):
    width = x.size(-1)
    ones = torch.ones(width, 1, dtype=x.dtype)
    first = x @ ones / width
    second = (x * x) @ ones / width
    rstd = torch.rsqrt((second - first**2).clamp(min=0) + eps)
    return gamma * ((x - first) * rstd) + beta
