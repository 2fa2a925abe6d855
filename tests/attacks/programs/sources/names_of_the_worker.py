# attack: It takes the names of the worker's own modules.
# family: hostile sources
# outcome: failed
# tests: values_equal_the_formula
# marker: it writes `ATTACK RAN names_of_the_worker` to stdout as the function begins
import os
import sys
import types
import numpy as np

def scaled_softmax(x, scale):
    for name in ("judge", "judge.worker", "judge.worker.loading", "judge.wire", "msgspec"):
        sys.modules[name] = types.ModuleType(name)
    os.write(1, b"ATTACK RAN names_of_the_worker\n")
    return np.zeros_like(x)
