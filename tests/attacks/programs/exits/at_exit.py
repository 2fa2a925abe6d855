# attack: It registers handlers for the end that print and hang, and exits.
# family: exits
# outcome: crashed
# tests: values_equal_the_formula
# marker: it writes `ATTACK RAN at_exit` to stdout as the function begins
import atexit
import os
import time

def scaled_softmax(x, scale):
    os.write(1, b"ATTACK RAN at_exit\n")
    atexit.register(time.sleep, 60)
    raise SystemExit(0)
