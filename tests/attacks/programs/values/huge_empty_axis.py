# attack: It returns an empty array with a side of a billion.
# family: values and shapes that lie
# outcome: failed
# tests: values_equal_the_formula
# marker: it writes `ATTACK RAN huge_empty_axis` to stdout as the function begins
import os
import numpy as np

def scaled_softmax(x, scale):
    os.write(1, b"ATTACK RAN huge_empty_axis\n")
    return np.empty((1_000_000_000, 0))
