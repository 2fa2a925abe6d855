# attack: It makes a large array and never touches it, so that nothing is resident.
# family: memory hidden from the tracer
# outcome: failed
# tests: memory_stays_small
# marker: it writes `ATTACK RAN never_touched` to stdout as the function begins
import os
import numpy as np

def right(x, scale):
    y = np.exp(scale * (x - x.max(axis=-1, keepdims=True)))
    return y / y.sum(axis=-1, keepdims=True)

def scaled_softmax(x, scale):
    os.write(1, b"ATTACK RAN never_touched\n")
    large = np.empty((40, 512, 512))
    return right(x, scale)
