# attack: It returns a list nested a hundred thousand deep.
# family: values and shapes that lie
# outcome: failed
# tests: values_equal_the_formula
# marker: it writes `ATTACK RAN nested_list` to stdout as the function begins
import os

def scaled_softmax(x, scale):
    os.write(1, b"ATTACK RAN nested_list\n")
    out = []
    for _ in range(100_000):
        out = [out]
    return out
