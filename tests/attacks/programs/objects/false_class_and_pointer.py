# attack: It returns an object that says it is an array at address 16.
# family: objects with hostile methods
# outcome: crashed
# tests: values_equal_the_formula
# marker: it writes `ATTACK RAN false_class_and_pointer` to stdout as the function begins
import os
import numpy as np

class Pointer:
    __array_interface__ = {"shape": (9, 9), "typestr": "<f8", "data": (16, False), "version": 3}
    @property
    def __class__(self):
        return np.ndarray

def scaled_softmax(x, scale):
    os.write(1, b"ATTACK RAN false_class_and_pointer\n")
    return Pointer()
