# attack: It computes a power in C that no signal interrupts.
# family: hangs
# outcome: exceeded
# tests: values_equal_the_formula
# marker: it writes `ATTACK RAN big_power` to stdout as the function begins
import os

def scaled_softmax(x, scale):
    os.write(1, b"ATTACK RAN big_power\n")
    return len(str(7 ** (10**8) % 10))
