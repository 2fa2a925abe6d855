# attack: It makes tracemalloc report nothing and uses a large array.
# family: monkeypatching in the worker
# outcome: failed
# tests: memory_stays_small
# marker: it writes `ATTACK RAN tracer_figures` to stdout as the function begins
import os
import tracemalloc
import numpy as np

def right(x, scale):
    y = np.exp(scale * (x - x.max(axis=-1, keepdims=True)))
    return y / y.sum(axis=-1, keepdims=True)

def scaled_softmax(x, scale):
    tracemalloc.get_traced_memory = lambda: (0, 0)
    os.write(1, b"ATTACK RAN tracer_figures\n")
    np.ones((16, 512, 512)).sum()
    return right(x, scale)
