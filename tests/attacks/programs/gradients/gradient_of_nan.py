# attack: Its gradient is NaN.
# family: gradient checks fooled
# outcome: failed
# tests: gradients_follow_the_forward
# marker: it writes `ATTACK RAN gradient_of_nan` to stdout as the function begins
import os
import numpy as np

def right(x, scale):
    y = np.exp(scale * (x - x.max(axis=-1, keepdims=True)))
    return y / y.sum(axis=-1, keepdims=True)

def scaled_softmax(x, scale):
    return right(x, scale)

def scaled_softmax_gradient(dy, x, scale):
    os.write(1, b"ATTACK RAN gradient_of_nan\n")
    return np.full_like(x, np.nan)
