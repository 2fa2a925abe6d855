# attack: It returns an object whose __class__ says that it is an array.
# family: objects with hostile methods
# outcome: failed
# tests: values_equal_the_formula
# marker: it writes `ATTACK RAN false_class` to stdout as the function begins
import os
import numpy as np

class Actor:
    @property
    def __class__(self):
        return np.ndarray

def scaled_softmax(x, scale):
    os.write(1, b"ATTACK RAN false_class\n")
    return Actor()
