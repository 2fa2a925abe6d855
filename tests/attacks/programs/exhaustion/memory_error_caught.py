# attack: It catches MemoryError and asks again.
# family: exhaustion
# outcome: exceeded
# tests: values_equal_the_formula
# marker: it writes `ATTACK RAN memory_error_caught` to stdout as the function begins
import os
import numpy as np

def scaled_softmax(x, scale):
    os.write(1, b"ATTACK RAN memory_error_caught\n")
    kept = []
    while True:
        try:
            kept.append(np.ones(1 << 16))
        except MemoryError:
            pass
