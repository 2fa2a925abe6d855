# attack: Its function is an object that can be called.
# family: hostile sources
# outcome: failed
# tests: values_equal_the_formula
# marker: it writes `ATTACK RAN function_is_a_class` to stdout as the function begins
import os
import numpy as np

class Callable:
    def __call__(self, x, scale):
        os.write(1, b"ATTACK RAN function_is_a_class\n")
        return np.zeros_like(x)
    def __getattr__(self, name):
        raise SystemExit(name)

scaled_softmax = Callable()
