# mistake: x is divided by its Euclidean length: the sum of squares where the mean belongs | fails: output_is_right_for_two_to_four_axes | misconception: sum_instead_of_mean
import torch


def rms_norm(x, weight, eps=1e-6):
    squared_length = torch.einsum("...d,...d->...", x, x)
    scale = (squared_length + eps).pow(-0.5)
    return torch.einsum("...d,...,d->...d", x, scale, weight)
