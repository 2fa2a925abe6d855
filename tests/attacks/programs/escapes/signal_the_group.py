# attack: It kills its whole process group.
# family: escapes
# outcome: crashed
# tests: values_equal_the_formula
# marker: it writes `ATTACK RAN signal_the_group` to stdout as the function begins
import os
import signal

def scaled_softmax(x, scale):
    os.write(1, b"ATTACK RAN signal_the_group\n")
    os.killpg(os.getpgid(0), signal.SIGKILL)
    return x
