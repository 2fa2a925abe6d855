# attack: It returns an array of dates that are not a time.
# family: values and shapes that lie
# outcome: failed
# tests: values_equal_the_formula
# marker: it writes `ATTACK RAN dates` to stdout as the function begins
import os
import numpy as np

def scaled_softmax(x, scale):
    os.write(1, b"ATTACK RAN dates\n")
    return np.full(x.shape, "NaT", "datetime64[ns]")
