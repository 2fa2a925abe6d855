# attack: It stops itself with a signal and waits to be continued.
# family: exits
# outcome: exceeded
# tests: values_equal_the_formula
# marker: it writes `ATTACK RAN stopped_by_itself` to stdout as the function begins
import os
import signal

def scaled_softmax(x, scale):
    os.write(1, b"ATTACK RAN stopped_by_itself\n")
    os.kill(os.getpid(), signal.SIGSTOP)
    while True:
        pass
