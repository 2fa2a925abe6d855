# mistake: running_var takes the variance over N - 1, as nn.BatchNorm1d does | fails: running_values_move_by_momentum | misconception: none
import torch


def my_batch_norm(x, gamma, beta, running_mean, running_var, eps=1e-5, momentum=0.1, training=True):
    if not training:
        return (x - running_mean) * torch.rsqrt(running_var + eps) * gamma + beta
    n = len(x)
    mu = x.sum(0) / n
    dev = x - mu
    ss = (dev * dev).sum(0)
    with torch.no_grad():
        running_mean.lerp_(mu, momentum)
        running_var.lerp_(ss / max(n - 1, 1), momentum)
    return dev * torch.rsqrt(ss / n + eps) * gamma + beta
