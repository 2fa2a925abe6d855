# attack: It returns NaN, with which every comparison is false.
# family: values and shapes that lie
# outcome: failed
# tests: values_equal_the_formula
# marker: it writes `ATTACK RAN not_a_number` to stdout as the function begins
import os
import numpy as np

def scaled_softmax(x, scale):
    os.write(1, b"ATTACK RAN not_a_number\n")
    return np.full_like(x, np.nan)
