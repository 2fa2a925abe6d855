# attack: It returns booleans whose bytes are neither 0 nor 1.
# family: values and shapes that lie
# outcome: failed
# tests: values_equal_the_formula
# marker: it writes `ATTACK RAN bytes_as_booleans` to stdout as the function begins
import os
import numpy as np

def scaled_softmax(x, scale):
    os.write(1, b"ATTACK RAN bytes_as_booleans\n")
    return np.full(x.shape, 7, np.uint8).view(bool)
