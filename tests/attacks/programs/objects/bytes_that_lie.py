# attack: It returns bytes that claim to be a terabyte.
# family: objects with hostile methods
# outcome: crashed
# tests: values_equal_the_formula
# marker: it writes `ATTACK RAN bytes_that_lie` to stdout as the function begins
import os

class Odd(bytes):
    def __len__(self):
        return 10**12

def scaled_softmax(x, scale):
    os.write(1, b"ATTACK RAN bytes_that_lie\n")
    return Odd(b"y" * 5000)
