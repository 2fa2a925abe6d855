# attack: It answers the call twice, first by itself.
# family: forged frames and descriptors
# outcome: failed
# tests: values_equal_the_formula
# marker: it writes `ATTACK RAN two_replies` to stdout as the function begins
import os
import sys
import numpy as np

def right(x, scale):
    y = np.exp(scale * (x - x.max(axis=-1, keepdims=True)))
    return y / y.sum(axis=-1, keepdims=True)

def scaled_softmax(x, scale):
    os.write(1, b"ATTACK RAN two_replies\n")
    worker = sys._getframe(1).f_locals["self"]
    worker._reply("value", np.zeros_like(x))
    return right(x, scale)
