# mistake: the running values are updated with tensors that autograd follows | fails: running_values_carry_no_graph | misconception: none
import torch


def my_batch_norm(x, gamma, beta, running_mean, running_var, eps=1e-5, momentum=0.1, training=True):
    mean, var = running_mean, running_var
    if training:
        mean = torch.mean(x, 0)
        var = torch.mean(torch.square(x - mean), 0)
        for store, new in ((running_mean, mean), (running_var, var)):
            store.mul_(1 - momentum).add_(new, alpha=momentum)
    return gamma * (x - mean) / torch.sqrt(var + eps) + beta
