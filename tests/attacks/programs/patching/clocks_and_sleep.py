# attack: It stops every clock and then sleeps past the limit.
# family: monkeypatching in the worker
# outcome: exceeded
# tests: values_equal_the_formula
# marker: it writes `ATTACK RAN clocks_and_sleep` to stdout as the function begins
import os
import time
import numpy as np

def scaled_softmax(x, scale):
    os.write(1, b"ATTACK RAN clocks_and_sleep\n")
    sleep = time.sleep
    time.monotonic = time.perf_counter = time.time = lambda: 0.0
    sleep(30)
    return np.zeros_like(x)
