# attack: It matches a regular expression that backtracks for ever.
# family: hangs
# outcome: exceeded
# tests: values_equal_the_formula
# marker: it writes `ATTACK RAN regular_expression` to stdout as the function begins
import os
import re

def scaled_softmax(x, scale):
    os.write(1, b"ATTACK RAN regular_expression\n")
    return re.match(r"(a+)+$", "a" * 60 + "b")
