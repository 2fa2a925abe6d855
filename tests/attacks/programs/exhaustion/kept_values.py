# attack: It returns a hundred thousand objects again and again.
# family: exhaustion
# outcome: failed
# tests: values_equal_the_formula
# marker: it writes `ATTACK RAN kept_values` to stdout as the function begins
import os

def scaled_softmax(x, scale):
    os.write(1, b"ATTACK RAN kept_values\n")
    return {n: object() for n in range(90_000)}
