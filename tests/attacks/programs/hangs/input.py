# attack: It waits for a line from the keyboard.
# family: hangs
# outcome: failed
# tests: values_equal_the_formula
# marker: it writes `ATTACK RAN input` to stdout as the function begins
import os
import sys
import numpy as np

def scaled_softmax(x, scale):
    os.write(1, b"ATTACK RAN input\n")
    sys.stdin and sys.stdin.readline()
    return np.zeros_like(x)
