# style: Welford's running mean and sum of squares over the features
import torch


def my_layer_norm(x, gamma, beta, eps=1e-5):
    mean = torch.zeros_like(x[..., 0])
    squares = torch.zeros_like(mean)
    for count, value in enumerate(x.unbind(-1), start=1):
        step = value - mean
        mean = mean + step / count
        squares = squares + step * (value - mean)
    inverse = (squares / x.shape[-1] + eps).rsqrt()
    return torch.addcmul(beta, gamma, (x - mean[..., None]) * inverse[..., None])
