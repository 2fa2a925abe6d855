# attack: It replaces stdout, stderr and the hooks by objects that raise.
# family: monkeypatching in the worker
# outcome: failed
# tests: values_equal_the_formula
# marker: it writes `ATTACK RAN streams` to stdout as the function begins
import os
import sys
import numpy as np

class Refusing:
    def __getattr__(self, name):
        raise SystemExit(name)

def scaled_softmax(x, scale):
    sys.stdout = sys.stderr = sys.stdin = Refusing()
    sys.excepthook = sys.unraisablehook = sys.displayhook = Refusing()
    os.write(1, b"ATTACK RAN streams\n")
    return np.zeros_like(x)
