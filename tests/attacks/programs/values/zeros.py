# attack: It returns zeros.
# family: values and shapes that lie
# outcome: failed
# tests: values_equal_the_formula
# marker: it writes `ATTACK RAN zeros` to stdout as the function begins
import os
import numpy as np

def scaled_softmax(x, scale):
    os.write(1, b"ATTACK RAN zeros\n")
    return np.zeros_like(x)
