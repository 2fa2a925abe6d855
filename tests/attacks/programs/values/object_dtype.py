# attack: It returns the right numbers in an array of objects whose comparisons are always true.
# family: values and shapes that lie
# outcome: failed
# tests: values_equal_the_formula
# marker: it writes `ATTACK RAN object_dtype` to stdout as the function begins
import os
import numpy as np

def right(x, scale):
    y = np.exp(scale * (x - x.max(axis=-1, keepdims=True)))
    return y / y.sum(axis=-1, keepdims=True)

class Agreeable(float):
    def __le__(self, other):
        return True
    def __abs__(self):
        return 0.0
    def __sub__(self, other):
        return 0.0

def scaled_softmax(x, scale):
    os.write(1, b"ATTACK RAN object_dtype\n")
    out = np.empty(x.shape, object)
    out.flat = [Agreeable(value) for value in right(x, scale).flat]
    return out
