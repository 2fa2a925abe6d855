# attack: It leaves while it is loaded.
# family: exits
# outcome: crashed
# tests: values_equal_the_formula
# marker: it writes `ATTACK RAN while_loading` to stdout as the function begins
import os

def _leave():
    os.write(1, b"ATTACK RAN while_loading\n")
    os._exit(0)

_left = _leave()

def scaled_softmax(x, scale):
    return _left
