# attack: It stops tracemalloc, uses a large array and starts it again.
# family: monkeypatching in the worker
# outcome: failed
# tests: memory_stays_small
# marker: it writes `ATTACK RAN tracer_stopped` to stdout as the function begins
import os
import tracemalloc
import numpy as np

def right(x, scale):
    y = np.exp(scale * (x - x.max(axis=-1, keepdims=True)))
    return y / y.sum(axis=-1, keepdims=True)

def scaled_softmax(x, scale):
    tracemalloc.stop()
    os.write(1, b"ATTACK RAN tracer_stopped\n")
    np.ones((16, 512, 512)).sum()
    tracemalloc.start()
    return right(x, scale)
