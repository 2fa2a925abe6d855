# attack: It returns its own input.
# family: values and shapes that lie
# outcome: failed
# tests: values_equal_the_formula, inputs_stay_unchanged
# marker: it writes `ATTACK RAN alias` to stdout as the function begins
import os

def scaled_softmax(x, scale):
    os.write(1, b"ATTACK RAN alias\n")
    return x
