# mistake: momentum is the share that the old running value keeps | fails: running_values_move_by_momentum | misconception: momentum_swapped
import torch


def moments(x):
    mean = x.sum(0) / len(x)
    centred = x - mean
    return mean, (centred * centred).sum(0) / len(x)


def my_batch_norm(
    x, gamma, beta, running_mean, running_var, eps=1e-5, momentum=0.1, training=True
):
    if training:
        mean, var = moments(x)
        with torch.no_grad():
            for running, new in ((running_mean, mean), (running_var, var)):
                running.mul_(momentum).add_(new, alpha=1 - momentum)
    else:
        mean, var = running_mean, running_var
    return torch.addcmul(beta, gamma, (x - mean) * (var + eps).rsqrt())
