# attack: It fills the memory with a list.
# family: exhaustion
# outcome: exceeded
# tests: values_equal_the_formula
# marker: it writes `ATTACK RAN list` to stdout as the function begins
import os

def scaled_softmax(x, scale):
    os.write(1, b"ATTACK RAN list\n")
    kept = []
    while True:
        kept.append(bytearray(1 << 20))
