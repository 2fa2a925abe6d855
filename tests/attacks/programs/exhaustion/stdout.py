# attack: It prints without end.
# family: exhaustion
# outcome: exceeded
# tests: values_equal_the_formula
# marker: it writes `ATTACK RAN stdout` to stdout as the function begins
import os

def scaled_softmax(x, scale):
    os.write(1, b"ATTACK RAN stdout\n")
    while True:
        print("passed " * 1000)
