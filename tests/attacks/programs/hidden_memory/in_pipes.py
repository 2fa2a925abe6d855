# attack: It keeps a large array in pipes, whose contents belong to the kernel.
# family: memory hidden from the tracer
# outcome: failed
# outcome(reduced): open
# tests: memory_stays_small
# marker: it writes `ATTACK RAN in_pipes` to stdout as the function begins
import fcntl
import os
import numpy as np

def right(x, scale):
    y = np.exp(scale * (x - x.max(axis=-1, keepdims=True)))
    return y / y.sum(axis=-1, keepdims=True)

def scaled_softmax(x, scale):
    os.write(1, b"ATTACK RAN in_pipes\n")
    kept = 0
    try:
        while kept < 10 << 20:
            _, end = os.pipe()
            fcntl.fcntl(end, fcntl.F_SETPIPE_SZ, 1 << 20)
            kept += os.write(end, bytes(1 << 20))
        os.write(1, b"REACHED memory of the kernel\n")
    except OSError:
        return np.ones((16, 512, 512)).sum() * 0 + right(x, scale)
    return right(x, scale)
