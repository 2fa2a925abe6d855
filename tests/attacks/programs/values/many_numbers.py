# attack: It returns a list of two hundred thousand numbers.
# family: values and shapes that lie
# outcome: failed
# tests: values_equal_the_formula
# marker: it writes `ATTACK RAN many_numbers` to stdout as the function begins
import os

def scaled_softmax(x, scale):
    os.write(1, b"ATTACK RAN many_numbers\n")
    return [0.5] * 200_000
