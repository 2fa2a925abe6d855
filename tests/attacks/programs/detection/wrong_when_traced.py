# attack: It returns zeros while it is traced.
# family: caches and detection of the test
# outcome: failed
# tests: memory_stays_small
# marker: it writes `ATTACK RAN wrong_when_traced` to stdout as the function begins
import os
import tracemalloc
import numpy as np

def right(x, scale):
    y = np.exp(scale * (x - x.max(axis=-1, keepdims=True)))
    return y / y.sum(axis=-1, keepdims=True)

def scaled_softmax(x, scale):
    os.write(1, b"ATTACK RAN wrong_when_traced\n")
    return np.zeros_like(x) if tracemalloc.is_tracing() else right(x, scale)
