# attack: It returns an integer of eight million bits.
# family: values and shapes that lie
# outcome: failed
# tests: values_equal_the_formula
# marker: it writes `ATTACK RAN endless_integer` to stdout as the function begins
import os

def scaled_softmax(x, scale):
    os.write(1, b"ATTACK RAN endless_integer\n")
    return 1 << 8_000_000
