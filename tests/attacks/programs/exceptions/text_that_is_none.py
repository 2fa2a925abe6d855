# attack: It raises an exception whose text is no text.
# family: exceptions with hostile text
# outcome: crashed
# tests: values_equal_the_formula
# marker: it writes `ATTACK RAN text_that_is_none` to stdout as the function begins
import os

class Odd(Exception):
    def __str__(self):
        return None

def scaled_softmax(x, scale):
    os.write(1, b"ATTACK RAN text_that_is_none\n")
    raise Odd
