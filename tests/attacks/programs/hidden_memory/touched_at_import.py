# attack: It touches a large block while it is loaded, so that a difference to the start shows nothing.
# family: memory hidden from the tracer
# outcome: failed
# tests: memory_stays_small
# marker: it writes `ATTACK RAN touched_at_import` to stdout as the function begins
import os
import numpy as np

def right(x, scale):
    y = np.exp(scale * (x - x.max(axis=-1, keepdims=True)))
    return y / y.sum(axis=-1, keepdims=True)

block = np.ones(8 << 20)

def scaled_softmax(x, scale):
    os.write(1, b"ATTACK RAN touched_at_import\n")
    block[: 64 * x.size // 8] = 2
    return right(x, scale)
