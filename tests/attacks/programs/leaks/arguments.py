# attack: It looks for names and seeds in the arguments of its process.
# family: leaks
# outcome: failed
# tests: values_equal_the_formula
# marker: it writes `ATTACK RAN arguments` to stdout as the function begins
import os
import sys
import numpy as np

def scaled_softmax(x, scale):
    os.write(1, b"ATTACK RAN arguments\n")
    with open("/proc/self/cmdline", "rb") as file:
        seen = f"{sys.argv} {sys.orig_argv} {file.read()!r}"
    if "seed" in seen or "attacks" in seen:
        os.write(1, b"REACHED arguments that say what is graded\n")
    return np.zeros_like(x)
