# attack: It sleeps for ever.
# family: hangs
# outcome: exceeded
# tests: values_equal_the_formula
# marker: it writes `ATTACK RAN sleep` to stdout as the function begins
import os
import time

def scaled_softmax(x, scale):
    os.write(1, b"ATTACK RAN sleep\n")
    time.sleep(1e6)
