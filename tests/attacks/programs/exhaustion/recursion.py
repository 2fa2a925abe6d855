# attack: It recurses for ever.
# family: exhaustion
# outcome: crashed
# tests: values_equal_the_formula
# marker: it writes `ATTACK RAN recursion` to stdout as the function begins
import os

def scaled_softmax(x, scale):
    return scaled_softmax(x, scale) if _ran else None

def _say():
    os.write(1, b"ATTACK RAN recursion\n")
    return True

_ran = _say()
