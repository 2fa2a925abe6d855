# attack: Its garbage hangs the collector that runs before a call is measured.
# family: hangs
# outcome: exceeded
# tests: values_equal_the_formula
# marker: it writes `ATTACK RAN collected_garbage` to stdout as the function begins
import gc
import os
import numpy as np

class Clinging:
    def __init__(self):
        self.me = self
    def __del__(self):
        os.write(1, b"ATTACK RAN collected_garbage\n")
        while True:
            pass

def scaled_softmax(x, scale):
    Clinging()
    gc.collect()
    return np.zeros_like(x)
