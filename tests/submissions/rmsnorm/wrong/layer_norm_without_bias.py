# mistake: the mean is taken away first, as in layer norm | fails: output_is_right_for_two_to_four_axes | misconception: centres_the_input
import torch


def rms_norm(x, weight, eps=1e-6):
    variance, mean = torch.var_mean(x, dim=-1, correction=0, keepdim=True)
    return torch.sub(x, mean).div(torch.sqrt(variance + eps)).mul(weight)
