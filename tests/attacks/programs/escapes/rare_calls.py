# attack: It tries system calls that nobody misses: bpf, io_uring, keyctl, userfaultfd, perf.
# family: escapes
# outcome: failed
# tests: values_equal_the_formula
# marker: it writes `ATTACK RAN rare_calls` to stdout as the function begins
import importlib
import os
import platform
import numpy as np

CALLS = {"x86_64": (321, 425, 250, 323, 298), "aarch64": (280, 425, 219, 282, 241)}

def scaled_softmax(x, scale):
    os.write(1, b"ATTACK RAN rare_calls\n")
    libc = importlib.import_module("c" + "types").CDLL(None)
    for number in CALLS.get(platform.machine(), ()):
        if libc.syscall(number, 0, 0, 0, 0, 0) >= 0:
            os.write(1, f"REACHED system call {number}\n".encode())
    return np.zeros_like(x)
