# mistake: a small number is added to the sum, so the weights do not quite sum to one | fails: weights_are_right_along_every_dim | misconception: none
import torch


def my_softmax(x, dim=-1):
    top, _ = torch.max(x, dim, keepdim=True)
    e = torch.exp(x - top)
    return e / (torch.sum(e, dim, keepdim=True) + 1e-6)
