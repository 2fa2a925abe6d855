# attack: It opens its parent's memory.
# family: leaks
# outcome: failed
# tests: values_equal_the_formula
# marker: it writes `ATTACK RAN memory_of_the_parent` to stdout as the function begins
import os
import numpy as np

def scaled_softmax(x, scale):
    os.write(1, b"ATTACK RAN memory_of_the_parent\n")
    try:
        fd = os.open(f"/proc/{os.getppid()}/mem", os.O_RDONLY)
        os.close(fd)
        os.write(1, b"REACHED the memory of its parent\n")
    except OSError:
        pass
    return np.zeros_like(x)
