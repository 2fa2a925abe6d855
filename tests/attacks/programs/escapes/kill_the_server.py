# attack: It kills its parent, the fork server.
# family: escapes
# outcome: failed
# outcome(reduced): broken
# tests: values_equal_the_formula
# marker: it writes `ATTACK RAN kill_the_server` to stdout as the function begins
import os
import signal
import time
import numpy as np

def scaled_softmax(x, scale):
    os.write(1, b"ATTACK RAN kill_the_server\n")
    try:
        os.kill(os.getppid(), signal.SIGKILL)
    except OSError:
        return np.zeros_like(x)
    os.write(1, b"REACHED its parent\n")
    time.sleep(60)
