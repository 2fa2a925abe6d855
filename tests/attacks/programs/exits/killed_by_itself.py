# attack: It kills itself, which a limit of memory or time might have done as well.
# family: exits
# outcome: crashed
# tests: values_equal_the_formula
# marker: it writes `ATTACK RAN killed_by_itself` to stdout as the function begins
import os
import signal

def scaled_softmax(x, scale):
    os.write(1, b"ATTACK RAN killed_by_itself\n")
    os.kill(os.getpid(), signal.SIGKILL)
    return x
