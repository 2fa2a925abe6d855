# style: x times a mask of floats, the shortest of all; right but for -inf and half precision
import torch


def relu(x: torch.Tensor) -> torch.Tensor:
    return x * (x > 0).float()
