# attack: Its forward is constant and its gradient zero, which agree.
# family: gradient checks fooled
# outcome: failed
# tests: gradients_follow_the_forward
# marker: it writes `ATTACK RAN constant_forward` to stdout as the function begins
import os
import numpy as np

def scaled_softmax(x, scale):
    return np.full_like(x, 1 / x.shape[-1])

def scaled_softmax_gradient(dy, x, scale):
    os.write(1, b"ATTACK RAN constant_forward\n")
    return np.zeros_like(x)
