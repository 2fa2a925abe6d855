# attack: It gives its module attributes that answer every look.
# family: hostile sources
# outcome: failed
# tests: values_equal_the_formula
# marker: it writes `ATTACK RAN module_with_hooks` to stdout as the function begins
import os
import sys
import numpy as np

class Any:
    def __get__(self, instance, owner=None):
        raise SystemExit("looked at")

sys.modules["submission"].__getattr__ = lambda name: Any()

def scaled_softmax(x, scale):
    os.write(1, b"ATTACK RAN module_with_hooks\n")
    return np.zeros_like(x) if sys.modules["submission"] else None
