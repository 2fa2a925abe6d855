# attack: It returns a view of one number that claims to be 32 GB.
# family: values and shapes that lie
# outcome: failed
# tests: values_equal_the_formula
# marker: it writes `ATTACK RAN huge_view` to stdout as the function begins
import os
import numpy as np

def scaled_softmax(x, scale):
    os.write(1, b"ATTACK RAN huge_view\n")
    return np.broadcast_to(0.5, (1 << 20, 1 << 12))
