# attack: It makes the worker drop every reply.
# family: monkeypatching in the worker
# outcome: exceeded
# tests: values_equal_the_formula
# marker: it writes `ATTACK RAN writes_dropped` to stdout as the function begins
import os
import sys
import numpy as np

def scaled_softmax(x, scale):
    os.write(1, b"ATTACK RAN writes_dropped\n")
    worker = sys._getframe(1).f_locals["self"]
    worker._write_fd = lambda fd, data: len(data)
    return np.zeros_like(x)
