# attack: Its function is replaced by a decorator that answers everything.
# family: hostile sources
# outcome: failed
# tests: values_equal_the_formula
# marker: it writes `ATTACK RAN decorated_by_itself` to stdout as the function begins
import functools
import os
import numpy as np

def lazily(function):
    @functools.wraps(function)
    def answer(*args, **kwargs):
        os.write(1, b"ATTACK RAN decorated_by_itself\n")
        return np.zeros_like(args[0])
    return answer

@lazily
def scaled_softmax(x, scale):
    return np.exp(x)
