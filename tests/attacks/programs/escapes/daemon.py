# attack: It leaves a daemon behind that outlives it.
# family: escapes
# outcome: failed
# tests: values_equal_the_formula
# marker: it writes `ATTACK RAN daemon` to stdout as the function begins
import os
import time
import numpy as np

def scaled_softmax(x, scale):
    os.write(1, b"ATTACK RAN daemon\n")
    try:
        child = os.fork()
    except OSError:
        return np.zeros_like(x)
    if child == 0:
        os.setsid()
        if os.fork() == 0:
            os.closerange(0, 256)
            time.sleep(600)
        os._exit(0)
    os.write(1, b"REACHED another process\n")
    return np.zeros_like(x)
