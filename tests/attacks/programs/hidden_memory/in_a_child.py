# attack: It lets a child process use the large array.
# family: memory hidden from the tracer
# outcome: failed
# outcome(reduced): open
# tests: memory_stays_small
# marker: it writes `ATTACK RAN in_a_child` to stdout as the function begins
import os
import tracemalloc
import numpy as np

def right(x, scale):
    y = np.exp(scale * (x - x.max(axis=-1, keepdims=True)))
    return y / y.sum(axis=-1, keepdims=True)

def scaled_softmax(x, scale):
    os.write(1, b"ATTACK RAN in_a_child\n")
    tracemalloc.stop()
    try:
        child = os.fork()
    except OSError:
        np.ones((16, 512, 512)).sum()
        return right(x, scale)
    if child == 0:
        np.ones((16, 512, 512)).sum()
        os._exit(0)
    os.waitpid(child, 0)
    os.write(1, b"REACHED another process\n")
    return right(x, scale)
