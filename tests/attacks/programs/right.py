# A right submission: the positive control of the attacks.
import numpy as np


def scaled_softmax(x, scale):
    weights = np.exp(scale * (x - np.max(x, axis=-1, keepdims=True)))
    return weights / weights.sum(axis=-1, keepdims=True)


def scaled_softmax_gradient(dy, x, scale):
    y = scaled_softmax(x, scale)
    inner = np.sum(dy * y, axis=-1, keepdims=True)
    return scale * (dy - inner) * y
