# mistake: everything behind the first axis is flattened, and one mean and variance serve an example | fails: output_is_right_for_two_to_four_axes | misconception: none
import torch


def my_layer_norm(x, gamma, beta, eps=1e-5):
    flat = x.reshape(x.shape[0], -1)
    n = flat.shape[1]
    mean = flat.sum(1, keepdim=True) / n
    centred = flat - mean
    var = torch.einsum("bi,bi->b", centred, centred)[:, None] / n
    z = (centred * (var + eps) ** -0.5).view_as(x)
    return z * gamma + beta
