# style: arithmetic with the absolute value, halved first; right but for -inf
import torch


def relu(x: torch.Tensor) -> torch.Tensor:
    half = x / 2
    return half + half.abs()
