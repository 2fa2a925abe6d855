# attack: It aborts.
# family: exits
# outcome: crashed
# tests: values_equal_the_formula
# marker: it writes `ATTACK RAN abort` to stdout as the function begins
import os

def scaled_softmax(x, scale):
    os.write(1, b"ATTACK RAN abort\n")
    os.abort()
