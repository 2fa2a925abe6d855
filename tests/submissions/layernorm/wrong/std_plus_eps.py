# mistake: eps is added to the standard deviation, as if the root came first | fails: eps_is_added_to_the_variance | misconception: eps_outside_sqrt
import torch


def standardise(t, eps):
    mu = torch.mean(t, -1).unsqueeze(-1)
    sigma = torch.std(t, -1, correction=0).unsqueeze(-1)
    return (t - mu) / (sigma + eps)


def my_layer_norm(x, gamma, beta, eps=1e-5):
    return torch.addcmul(beta, standardise(x, eps), gamma)
