# attack: It raises an exception with characters that reorder what stands beside them.
# family: display injection
# outcome: crashed
# tests: values_equal_the_formula
# marker: it writes `ATTACK RAN reordered` to stdout as the function begins
import os

def scaled_softmax(x, scale):
    os.write(1, b"ATTACK RAN reordered\n")
    raise ValueError("\u202edessap\u202c \u2066\u2067x\u2069 \u200e\u200f\u061c")
