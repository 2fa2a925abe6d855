# attack: It replaces the functions that make and reduce arrays.
# family: monkeypatching in the worker
# outcome: failed
# tests: values_equal_the_formula
# marker: it writes `ATTACK RAN constructors_of_numpy` to stdout as the function begins
import os
import numpy as np

def scaled_softmax(x, scale):
    out = np.zeros_like(x)
    np.max = np.abs = np.sum = np.empty = np.array = lambda *args, **kwargs: 0.0
    os.write(1, b"ATTACK RAN constructors_of_numpy\n")
    return out
