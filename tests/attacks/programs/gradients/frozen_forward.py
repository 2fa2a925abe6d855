# attack: Its forward is right once and then stands still, which agrees with a gradient of zero.
# family: gradient checks fooled
# outcome: failed
# tests: gradients_follow_the_forward
# marker: it writes `ATTACK RAN frozen_forward` to stdout as the function begins
import os
import numpy as np

def right(x, scale):
    y = np.exp(scale * (x - x.max(axis=-1, keepdims=True)))
    return y / y.sum(axis=-1, keepdims=True)

first = []

def scaled_softmax(x, scale):
    if not first:
        first.append(right(x, scale))
    return first[0]

def scaled_softmax_gradient(dy, x, scale):
    os.write(1, b"ATTACK RAN frozen_forward\n")
    scaled_softmax(x, scale)
    return np.zeros_like(x)
