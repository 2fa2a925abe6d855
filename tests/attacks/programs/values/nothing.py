# attack: It returns None.
# family: values and shapes that lie
# outcome: failed
# tests: values_equal_the_formula
# marker: it writes `ATTACK RAN nothing` to stdout as the function begins
import os

def scaled_softmax(x, scale):
    os.write(1, b"ATTACK RAN nothing\n")
