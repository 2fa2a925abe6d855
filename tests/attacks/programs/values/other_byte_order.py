# attack: It returns the right bytes in the other byte order under the native name.
# family: values and shapes that lie
# outcome: failed
# tests: values_equal_the_formula
# marker: it writes `ATTACK RAN other_byte_order` to stdout as the function begins
import os
import numpy as np

def right(x, scale):
    y = np.exp(scale * (x - x.max(axis=-1, keepdims=True)))
    return y / y.sum(axis=-1, keepdims=True)

def scaled_softmax(x, scale):
    os.write(1, b"ATTACK RAN other_byte_order\n")
    return right(x, scale).byteswap()
