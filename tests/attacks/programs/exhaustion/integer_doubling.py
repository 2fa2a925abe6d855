# attack: It squares an integer until it fills the memory or the time.
# family: exhaustion
# outcome: exceeded
# tests: values_equal_the_formula
# marker: it writes `ATTACK RAN integer_doubling` to stdout as the function begins
import os

def scaled_softmax(x, scale):
    os.write(1, b"ATTACK RAN integer_doubling\n")
    number = 3
    while True:
        number *= number
