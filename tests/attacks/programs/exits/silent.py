# attack: It leaves at once with exit code 0.
# family: exits
# outcome: crashed
# tests: values_equal_the_formula
# marker: it writes `ATTACK RAN silent` to stdout as the function begins
import os

def scaled_softmax(x, scale):
    os.write(1, b"ATTACK RAN silent\n")
    os._exit(0)
