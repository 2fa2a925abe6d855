# attack: It opens descriptors until no more can be opened.
# family: exhaustion
# outcome: crashed
# tests: values_equal_the_formula
# marker: it writes `ATTACK RAN descriptors` to stdout as the function begins
import os

def scaled_softmax(x, scale):
    os.write(1, b"ATTACK RAN descriptors\n")
    while True:
        os.dup(1)
