# attack: A timer of it ends the process while its answer is packed.
# family: exits
# outcome: crashed
# tests: values_equal_the_formula
# marker: it writes `ATTACK RAN by_a_timer` to stdout as the function begins
import os
import signal
import numpy as np

def scaled_softmax(x, scale):
    os.write(1, b"ATTACK RAN by_a_timer\n")
    signal.signal(signal.SIGALRM, lambda *_: os._exit(0))
    signal.setitimer(signal.ITIMER_REAL, 0.0005)
    return np.zeros((300, 300, 100))
