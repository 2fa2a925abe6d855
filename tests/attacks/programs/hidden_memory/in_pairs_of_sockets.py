# attack: It keeps a large array in pairs of sockets, as many as there are descriptors for.
# family: memory hidden from the tracer
# outcome: failed
# tests: memory_stays_small
# marker: it writes `ATTACK RAN in_pairs_of_sockets` to stdout as the function begins
import importlib
import os
import numpy as np

def right(x, scale):
    y = np.exp(scale * (x - x.max(axis=-1, keepdims=True)))
    return y / y.sum(axis=-1, keepdims=True)

def scaled_softmax(x, scale):
    os.write(1, b"ATTACK RAN in_pairs_of_sockets\n")
    socket = importlib.import_module("sock" + "et")
    pairs, kept = [], 0
    try:
        while True:
            pairs.append(socket.socketpair())
            for end in pairs[-1]:
                end.setblocking(False)
                try:
                    while True:
                        kept += end.send(bytes(1 << 16))
                except BlockingIOError:
                    pass
    except OSError:
        pass
    if kept > 8 << 20:
        os.write(1, b"REACHED memory of the kernel\n")
    return np.ones((16, 512, 512)).sum() * 0 + right(x, scale)
