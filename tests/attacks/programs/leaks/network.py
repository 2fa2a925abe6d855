# attack: It opens sockets of every kind, none imported by name.
# family: leaks
# outcome: failed
# tests: values_equal_the_formula
# marker: it writes `ATTACK RAN network` to stdout as the function begins
import importlib
import os
import numpy as np

def scaled_softmax(x, scale):
    os.write(1, b"ATTACK RAN network\n")
    socket = importlib.import_module("_sock" + "et")
    for family in (socket.AF_INET, socket.AF_INET6, socket.AF_UNIX, 16):
        for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM, socket.SOCK_RAW):
            try:
                socket.socket(family, kind).close()
                os.write(1, f"REACHED a socket of family {family}\n".encode())
            except OSError:
                pass
    return np.zeros_like(x)
