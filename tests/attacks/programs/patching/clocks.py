# attack: It stops every clock of the worker.
# family: monkeypatching in the worker
# outcome: failed
# tests: values_equal_the_formula
# marker: it writes `ATTACK RAN clocks` to stdout as the function begins
import os
import time
import numpy as np

def scaled_softmax(x, scale):
    for name in ("time", "perf_counter", "monotonic", "process_time", "thread_time"):
        setattr(time, name, lambda: 0.0)
    os.write(1, b"ATTACK RAN clocks\n")
    return np.zeros_like(x)
