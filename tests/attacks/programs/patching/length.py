# attack: It replaces builtins.len.
# family: monkeypatching in the worker
# outcome: crashed
# tests: values_equal_the_formula
# marker: it writes `ATTACK RAN length` to stdout as the function begins
import builtins
import os
import numpy as np

def scaled_softmax(x, scale):
    builtins.len = lambda *args: 0
    os.write(1, b"ATTACK RAN length\n")
    return np.zeros_like(x)
