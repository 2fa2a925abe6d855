# attack: It leaves its namespaces and mounts.
# family: escapes
# outcome: failed
# tests: values_equal_the_formula
# marker: it writes `ATTACK RAN namespaces` to stdout as the function begins
import importlib
import os
import numpy as np

def scaled_softmax(x, scale):
    os.write(1, b"ATTACK RAN namespaces\n")
    libc = importlib.import_module("c" + "types").CDLL(None)
    if libc.unshare(0x10000000) == 0:
        os.write(1, b"REACHED a user namespace\n")
        if libc.mount(b"none", b"/proc", b"tmpfs", 0, None) == 0:
            libc.umount2(b"/proc", 2)
            os.write(1, b"REACHED a mount\n")
    return np.zeros_like(x)
