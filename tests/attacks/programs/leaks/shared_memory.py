# attack: It makes shared memory to talk to the workers of other tests.
# family: leaks
# outcome: failed
# tests: values_equal_the_formula
# marker: it writes `ATTACK RAN shared_memory` to stdout as the function begins
import importlib
import os
import numpy as np

def scaled_softmax(x, scale):
    os.write(1, b"ATTACK RAN shared_memory\n")
    ctypes = importlib.import_module("c" + "types")
    libc = ctypes.CDLL(None, use_errno=True)
    number = libc.shmget(0, 4096, 0o1600)
    if number >= 0:
        libc.shmctl(number, 0, None)
        os.write(1, b"REACHED shared memory\n")
    return np.zeros_like(x)
