# style: a loop over columns that writes single entries of the running values
import torch
from torch import Tensor


def my_batch_norm(
    x: Tensor,
    gamma: Tensor,
    beta: Tensor,
    running_mean: Tensor,
    running_var: Tensor,
    eps: float = 1e-5,
    momentum: float = 0.1,
    training: bool = True,
) -> Tensor:
    columns = []
    for d, column in enumerate(x.unbind(1)):
        if training:
            mean = column.sum() / len(column)
            var = ((column - mean) ** 2).sum() / len(column)
            running_mean[d] = momentum * mean.item() + (1 - momentum) * running_mean[d]
            running_var[d] = momentum * var.item() + (1 - momentum) * running_var[d]
        else:
            mean, var = running_mean[d], running_var[d]
        columns.append((column - mean) / (var + eps).sqrt() * gamma[d] + beta[d])
    return torch.stack(columns, dim=1)
