# attack: It reports that its call used less than no memory.
# family: forged frames and descriptors
# outcome: crashed
# tests: memory_stays_small
# marker: it writes `ATTACK RAN figures_below_zero` to stdout as the function begins
import os
import sys
import numpy as np

def right(x, scale):
    y = np.exp(scale * (x - x.max(axis=-1, keepdims=True)))
    return y / y.sum(axis=-1, keepdims=True)

def scaled_softmax(x, scale):
    os.write(1, b"ATTACK RAN figures_below_zero\n")
    frame = sys._getframe()
    while type(frame.f_locals.get("self")).__name__ != "Worker":
        frame = frame.f_back
    worker = frame.f_locals["self"]
    worker._reply("measured", {"value": right(x, scale), "traced": -1, "returned": 0})
    return x
