# attack: It writes shared pages and lets go of each, which then is in no figure of the process.
# family: memory hidden from the tracer
# outcome: failed
# outcome(reduced): open
# tests: memory_stays_small
# marker: it writes `ATTACK RAN shared_and_let_go` to stdout as the function begins
import importlib
import os
import numpy as np

def right(x, scale):
    y = np.exp(scale * (x - x.max(axis=-1, keepdims=True)))
    return y / y.sum(axis=-1, keepdims=True)

def scaled_softmax(x, scale):
    os.write(1, b"ATTACK RAN shared_and_let_go\n")
    mmap = importlib.import_module("m" + "map")
    try:
        memory = mmap.mmap(-1, 64 << 20)
    except OSError:
        return np.ones((16, 512, 512)).sum() * 0 + right(x, scale)
    for start in range(0, 64 << 20, 1 << 20):
        memory[start : start + (1 << 20)] = b"x" * (1 << 20)
        memory.madvise(mmap.MADV_DONTNEED, start, 1 << 20)
    if all(memory[start] == 120 for start in range(0, 64 << 20, 1 << 20)):
        os.write(1, b"REACHED memory that no figure shows\n")
    return right(x, scale)
