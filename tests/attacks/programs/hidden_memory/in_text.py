# attack: It keeps its numbers in texts instead of arrays.
# family: memory hidden from the tracer
# outcome: failed
# tests: memory_stays_small
# marker: it writes `ATTACK RAN in_text` to stdout as the function begins
import os
import numpy as np

def right(x, scale):
    y = np.exp(scale * (x - x.max(axis=-1, keepdims=True)))
    return y / y.sum(axis=-1, keepdims=True)

def scaled_softmax(x, scale):
    os.write(1, b"ATTACK RAN in_text\n")
    texts = [repr(value) for value in np.ones(1 << 17)] + [bytes(1 << 20) + b"x" for _ in range(32)]
    return right(x, scale)
