# attack: It returns zeros and lets a thread write the right numbers into them after the return.
# family: values and shapes that lie
# outcome: failed
# tests: values_equal_the_formula
# marker: it writes `ATTACK RAN changed_later` to stdout as the function begins
import os
import threading
import numpy as np

def right(x, scale):
    y = np.exp(scale * (x - x.max(axis=-1, keepdims=True)))
    return y / y.sum(axis=-1, keepdims=True)

def scaled_softmax(x, scale):
    os.write(1, b"ATTACK RAN changed_later\n")
    out = np.zeros_like(x)
    threading.Timer(0.5, lambda: out.__setitem__(Ellipsis, right(x, scale))).start()
    return out
