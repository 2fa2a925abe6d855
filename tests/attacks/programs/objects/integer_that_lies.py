# attack: It returns an integer whose conversions give something else.
# family: objects with hostile methods
# outcome: failed
# tests: values_equal_the_formula
# marker: it writes `ATTACK RAN integer_that_lies` to stdout as the function begins
import os

class Odd(int):
    def __int__(self):
        return 10**40
    __index__ = __int__
    def __lt__(self, other):
        return True
    __le__ = __gt__ = __ge__ = __lt__

def scaled_softmax(x, scale):
    os.write(1, b"ATTACK RAN integer_that_lies\n")
    return Odd(3)
