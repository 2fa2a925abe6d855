# style: torch.var_mean, copy_ into the buffers, the affine map folded into one factor
import torch


def my_batch_norm(x, gamma, beta, running_mean, running_var, eps=1e-5, momentum=0.1, training=True):
    if not training:
        var, mean = running_var, running_mean
    else:
        var, mean = torch.var_mean(x, dim=0, correction=0)
        for kept, new in ((running_mean, mean), (running_var, var)):
            kept.copy_(torch.lerp(kept, new.detach(), momentum))
    factor = gamma * torch.rsqrt(var + eps)
    return torch.addcmul(beta - mean * factor, x, factor)
