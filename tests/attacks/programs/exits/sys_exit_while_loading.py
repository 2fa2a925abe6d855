# attack: It calls sys.exit while it is loaded.
# family: exits
# outcome: crashed
# tests: values_equal_the_formula
# marker: it writes `ATTACK RAN sys_exit_while_loading` to stdout as the function begins
import os
import sys

def _leave():
    os.write(1, b"ATTACK RAN sys_exit_while_loading\n")
    sys.exit("nothing to see")

_left = _leave()

def scaled_softmax(x, scale):
    return _left
