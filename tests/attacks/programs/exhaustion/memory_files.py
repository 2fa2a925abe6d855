# attack: It writes files that live in memory.
# family: exhaustion
# outcome: crashed
# tests: values_equal_the_formula
# marker: it writes `ATTACK RAN memory_files` to stdout as the function begins
import os

def scaled_softmax(x, scale):
    os.write(1, b"ATTACK RAN memory_files\n")
    fd = os.memfd_create("kept")
    for _ in range(4096):
        os.write(fd, bytes(1 << 20))
    return x
