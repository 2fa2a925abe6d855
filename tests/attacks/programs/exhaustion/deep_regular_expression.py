# attack: It compiles a regular expression nested a hundred thousand deep.
# family: exhaustion
# outcome: crashed
# tests: values_equal_the_formula
# marker: it writes `ATTACK RAN deep_regular_expression` to stdout as the function begins
import os
import re

def scaled_softmax(x, scale):
    os.write(1, b"ATTACK RAN deep_regular_expression\n")
    return re.compile("(" * 100_000 + ")" * 100_000)
