# style: arithmetic with the absolute value, halved first so that large numbers stay finite
import torch


def relu(x: torch.Tensor) -> torch.Tensor:
    half = x / 2
    return half + half.abs()
