# attack: It raises an exception with a text of fifty million characters.
# family: exceptions with hostile text
# outcome: crashed
# tests: values_equal_the_formula
# marker: it writes `ATTACK RAN hundred_megabytes` to stdout as the function begins
import os

def scaled_softmax(x, scale):
    os.write(1, b"ATTACK RAN hundred_megabytes\n")
    raise ValueError("x" * 50_000_000)
