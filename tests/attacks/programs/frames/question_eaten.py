# attack: It answers and then reads the next question away from the worker.
# family: forged frames and descriptors
# outcome: exceeded
# tests: values_equal_the_formula
# marker: it writes `ATTACK RAN question_eaten` to stdout as the function begins
import os
import sys
import numpy as np

def right(x, scale):
    y = np.exp(scale * (x - x.max(axis=-1, keepdims=True)))
    return y / y.sum(axis=-1, keepdims=True)

def scaled_softmax(x, scale):
    os.write(1, b"ATTACK RAN question_eaten\n")
    worker = sys._getframe(1).f_locals["self"]
    worker._reply("value", right(x, scale))
    os.read(3, 1 << 16)
    os.read(3, 1 << 16)
    os.read(3, 1 << 16)
