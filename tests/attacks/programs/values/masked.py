# attack: It returns a masked array with every element hidden, so that comparisons skip them.
# family: values and shapes that lie
# outcome: failed
# tests: values_equal_the_formula
# marker: it writes `ATTACK RAN masked` to stdout as the function begins
import os
import numpy as np

def scaled_softmax(x, scale):
    os.write(1, b"ATTACK RAN masked\n")
    return np.ma.masked_all(x.shape)
