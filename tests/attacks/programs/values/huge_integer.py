# attack: It returns an integer too long to be written in decimal.
# family: values and shapes that lie
# outcome: failed
# tests: values_equal_the_formula
# marker: it writes `ATTACK RAN huge_integer` to stdout as the function begins
import os

def scaled_softmax(x, scale):
    os.write(1, b"ATTACK RAN huge_integer\n")
    return 1 << 16_000
