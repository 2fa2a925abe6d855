# style: zeros, then the positive entries are put in by a boolean index
import torch


def relu(x):
    y = torch.zeros_like(x)
    positive = x > 0
    y[positive] = x[positive]
    return y
