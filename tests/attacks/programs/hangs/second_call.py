# attack: It answers the first call rightly and hangs in the second.
# family: hangs
# outcome: exceeded
# tests: values_equal_the_formula
# marker: it writes `ATTACK RAN second_call` to stdout as the function begins
import os
import numpy as np

def right(x, scale):
    y = np.exp(scale * (x - x.max(axis=-1, keepdims=True)))
    return y / y.sum(axis=-1, keepdims=True)

calls = []

def scaled_softmax(x, scale):
    calls.append(1)
    while len(calls) > 1:
        pass
    os.write(1, b"ATTACK RAN second_call\n")
    return right(x, scale)
