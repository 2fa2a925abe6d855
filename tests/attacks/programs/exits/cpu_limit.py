# attack: It sends itself the signal of the CPU limit.
# family: exits
# outcome: crashed
# tests: values_equal_the_formula
# marker: it writes `ATTACK RAN cpu_limit` to stdout as the function begins
import os
import signal

def scaled_softmax(x, scale):
    os.write(1, b"ATTACK RAN cpu_limit\n")
    signal.raise_signal(signal.SIGXCPU)
    return x
