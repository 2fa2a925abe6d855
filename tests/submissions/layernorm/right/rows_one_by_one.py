# style: loops over rows, results stacked
import math

import torch
from torch import Tensor


def my_layer_norm(x: Tensor, gamma: Tensor, beta: Tensor, eps: float = 1e-5) -> Tensor:
    rows = x.reshape(math.prod(x.shape[:-1]), x.shape[-1])
    done = []
    for row in rows:
        rest = row - row.sum() / row.numel()
        var = torch.dot(rest, rest) / row.numel()
        done.append(rest / torch.sqrt(var + eps) * gamma + beta)
    return torch.stack(done).reshape(x.shape)
