# attack: It writes a large array a little at a time and has the kernel move it to the disk.
# family: memory hidden from the tracer
# outcome: failed
# outcome(reduced): open
# tests: memory_stays_small
# marker: it writes `ATTACK RAN paged_out` to stdout as the function begins
import importlib
import os
import numpy as np

def right(x, scale):
    y = np.exp(scale * (x - x.max(axis=-1, keepdims=True)))
    return y / y.sum(axis=-1, keepdims=True)

def scaled_softmax(x, scale):
    os.write(1, b"ATTACK RAN paged_out\n")
    mmap = importlib.import_module("m" + "map")
    memory = mmap.mmap(-1, 64 << 20, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    for start in range(0, 64 << 20, 1 << 20):
        memory[start : start + (1 << 20)] = b"x" * (1 << 20)
        try:
            memory.madvise(21, start, 1 << 20)
            os.write(1, b"REACHED the swap\n")
        except OSError:
            pass
    return right(x, scale)
