# attack: It returns the same array twelve thousand times, more than a reply may hold.
# family: exhaustion
# outcome: failed
# tests: values_equal_the_formula
# marker: it writes `ATTACK RAN large_reply` to stdout as the function begins
import os
import numpy as np

def scaled_softmax(x, scale):
    os.write(1, b"ATTACK RAN large_reply\n")
    return [np.zeros((1000, 1000))] * 12_000
