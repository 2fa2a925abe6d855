# attack: It writes to stderr without end.
# family: exhaustion
# outcome: exceeded
# tests: values_equal_the_formula
# marker: it writes `ATTACK RAN stderr` to stdout as the function begins
import os

def scaled_softmax(x, scale):
    os.write(1, b"ATTACK RAN stderr\n")
    while True:
        os.write(2, b"\x1b[2J" * 1000)
