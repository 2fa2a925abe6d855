# attack: It gives fewer losses than it was asked for.
# family: gradient checks fooled
# outcome: crashed
# tests: gradients_follow_the_forward
# marker: it writes `ATTACK RAN one_too_few` to stdout as the function begins
import os
import sys
import numpy as np

def right(x, scale):
    y = np.exp(scale * (x - x.max(axis=-1, keepdims=True)))
    return y / y.sum(axis=-1, keepdims=True)

def scaled_softmax(x, scale):
    worker = sys._getframe(1).f_locals["self"]
    worker._reply("value", [right(x, scale)])
    os._exit(0)

def scaled_softmax_gradient(dy, x, scale):
    os.write(1, b"ATTACK RAN one_too_few\n")
    return np.zeros_like(x)
