# attack: It looks for descriptors that were left open in it.
# family: leaks
# outcome: failed
# tests: values_equal_the_formula
# marker: it writes `ATTACK RAN own_descriptors` to stdout as the function begins
import os
import numpy as np

def scaled_softmax(x, scale):
    os.write(1, b"ATTACK RAN own_descriptors\n")
    for fd in range(4, 256):
        try:
            os.fstat(fd)
            os.write(1, b"REACHED a descriptor that was left open\n")
        except OSError:
            pass
    return np.zeros_like(x)
