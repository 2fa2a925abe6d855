# attack: It replaces numpy.asarray, which the worker packs arrays with.
# family: monkeypatching in the worker
# outcome: crashed
# tests: values_equal_the_formula
# marker: it writes `ATTACK RAN asarray_of_numpy` to stdout as the function begins
import os
import numpy as np

def scaled_softmax(x, scale):
    np.asarray = lambda *args, **kwargs: True
    os.write(1, b"ATTACK RAN asarray_of_numpy\n")
    return np.zeros_like(x)
