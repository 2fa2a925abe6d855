# attack: It reads its parent's memory by process_vm_readv.
# family: leaks
# outcome: failed
# tests: values_equal_the_formula
# marker: it writes `ATTACK RAN memory_by_call` to stdout as the function begins
import importlib
import os
import numpy as np

def scaled_softmax(x, scale):
    os.write(1, b"ATTACK RAN memory_by_call\n")
    ctypes = importlib.import_module("c" + "types")
    here, there = (ctypes.c_size_t * 2)(0, 0), (ctypes.c_size_t * 2)(0, 0)
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.process_vm_readv(os.getppid(), here, 1, there, 1, 0) >= 0:
        os.write(1, b"REACHED the memory of its parent by a call\n")
    return np.zeros_like(x)
