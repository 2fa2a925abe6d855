# attack: It returns a structured array.
# family: values and shapes that lie
# outcome: failed
# tests: values_equal_the_formula
# marker: it writes `ATTACK RAN record` to stdout as the function begins
import os
import numpy as np

def scaled_softmax(x, scale):
    os.write(1, b"ATTACK RAN record\n")
    return np.zeros(x.shape, dtype=[("y", "f8"), ("z", "O")])
