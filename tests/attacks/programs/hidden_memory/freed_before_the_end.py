# attack: It uses a large array and frees it before it returns.
# family: memory hidden from the tracer
# outcome: failed
# tests: memory_stays_small
# marker: it writes `ATTACK RAN freed_before_the_end` to stdout as the function begins
import os
import numpy as np

def right(x, scale):
    y = np.exp(scale * (x - x.max(axis=-1, keepdims=True)))
    return y / y.sum(axis=-1, keepdims=True)

def scaled_softmax(x, scale):
    os.write(1, b"ATTACK RAN freed_before_the_end\n")
    large = np.ones((16, 512, 512))
    large.sum()
    del large
    return right(x, scale)
