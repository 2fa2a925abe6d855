# attack: It starts processes that start processes, a few dozen at most.
# family: exhaustion
# outcome: crashed
# tests: values_equal_the_formula
# marker: it writes `ATTACK RAN processes` to stdout as the function begins
import os
import time

def scaled_softmax(x, scale):
    os.write(1, b"ATTACK RAN processes\n")
    for _ in range(5):
        os.fork()
    time.sleep(0.01)
    os._exit(0)
