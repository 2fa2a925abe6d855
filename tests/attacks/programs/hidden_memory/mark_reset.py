# attack: It resets the kernel's own mark of its highest memory before it returns.
# family: memory hidden from the tracer
# outcome: failed
# outcome(reduced): open
# tests: memory_stays_small
# marker: it writes `ATTACK RAN mark_reset` to stdout as the function begins
import os
import tracemalloc
import numpy as np

def right(x, scale):
    y = np.exp(scale * (x - x.max(axis=-1, keepdims=True)))
    return y / y.sum(axis=-1, keepdims=True)

def scaled_softmax(x, scale):
    os.write(1, b"ATTACK RAN mark_reset\n")
    tracemalloc.stop()
    np.ones((16, 512, 512)).sum()
    y = right(x, scale)
    try:
        with open("/proc/self/clear_refs", "w") as file:
            file.write("5")
        os.write(1, b"REACHED the mark of its memory\n")
    except OSError:
        pass
    return y
