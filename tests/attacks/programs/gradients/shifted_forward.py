# attack: Its forward adds what makes a gradient of dy right, within the tolerance of a look.
# family: gradient checks fooled
# outcome: failed
# tests: gradients_follow_the_forward
# marker: it writes `ATTACK RAN shifted_forward` to stdout as the function begins
import os
import numpy as np

def right(x, scale):
    y = np.exp(scale * (x - x.max(axis=-1, keepdims=True)))
    return y / y.sum(axis=-1, keepdims=True)

start = []

def scaled_softmax(x, scale):
    if not start:
        start.append(x.copy())
    return right(start[0], scale) + 1e-3 * (x - start[0])

def scaled_softmax_gradient(dy, x, scale):
    os.write(1, b"ATTACK RAN shifted_forward\n")
    return 1e-3 * dy
