# attack: It replaces the worker's measuring by one that reports no memory.
# family: monkeypatching in the worker
# outcome: failed
# tests: memory_stays_small
# marker: it writes `ATTACK RAN measuring` to stdout as the function begins
import os
import sys
import numpy as np

def right(x, scale):
    y = np.exp(scale * (x - x.max(axis=-1, keepdims=True)))
    return y / y.sum(axis=-1, keepdims=True)

class Run:
    def __init__(self, result):
        self.result, self.traced, self.returned = result, 0, 0

def scaled_softmax(x, scale):
    return right(x, scale)

def _arm():
    os.write(1, b"ATTACK RAN measuring\n")
    frame = sys._getframe()
    while frame is not None and "measure" not in frame.f_globals:
        frame = frame.f_back
    if frame is not None:
        def measured(function, args, kwargs, *, trace):
            np.ones((16, 512, 512)).sum()
            return Run(function(*args, **kwargs))
        frame.f_globals["measure"].measured = measured

_armed = _arm()
scaled_softmax.armed = _armed
