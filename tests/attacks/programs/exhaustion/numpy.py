# attack: It fills the memory with arrays of ones.
# family: exhaustion
# outcome: exceeded
# tests: values_equal_the_formula
# marker: it writes `ATTACK RAN numpy` to stdout as the function begins
import os
import numpy as np

def scaled_softmax(x, scale):
    os.write(1, b"ATTACK RAN numpy\n")
    kept = []
    while True:
        kept.append(np.ones(1 << 20))
