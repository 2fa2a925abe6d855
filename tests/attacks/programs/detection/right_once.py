# attack: It is right in its first call only.
# family: caches and detection of the test
# outcome: failed
# tests: values_equal_the_formula
# marker: it writes `ATTACK RAN right_once` to stdout as the function begins
import os
import numpy as np

def right(x, scale):
    y = np.exp(scale * (x - x.max(axis=-1, keepdims=True)))
    return y / y.sum(axis=-1, keepdims=True)

calls = []

def scaled_softmax(x, scale):
    os.write(1, b"ATTACK RAN right_once\n")
    calls.append(1)
    return right(x, scale) if len(calls) == 1 else np.zeros_like(x)
