# attack: It returns a float whose conversion raises.
# family: objects with hostile methods
# outcome: crashed
# tests: values_equal_the_formula
# marker: it writes `ATTACK RAN float_that_raises` to stdout as the function begins
import os

class Odd(float):
    def __float__(self):
        raise KeyboardInterrupt("no")

def scaled_softmax(x, scale):
    os.write(1, b"ATTACK RAN float_that_raises\n")
    return Odd(3)
