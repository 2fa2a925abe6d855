# attack: It returns infinities of both signs.
# family: values and shapes that lie
# outcome: failed
# tests: values_equal_the_formula, inputs_stay_unchanged
# marker: it writes `ATTACK RAN infinities` to stdout as the function begins
import os
import numpy as np

def scaled_softmax(x, scale):
    os.write(1, b"ATTACK RAN infinities\n")
    return np.where(x > 0, np.inf, -np.inf)
