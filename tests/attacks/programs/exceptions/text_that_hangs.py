# attack: It raises an exception whose text takes for ever to make.
# family: exceptions with hostile text
# outcome: exceeded
# tests: values_equal_the_formula
# marker: it writes `ATTACK RAN text_that_hangs` to stdout as the function begins
import os

class Slow(Exception):
    def __str__(self):
        while True:
            pass

def scaled_softmax(x, scale):
    os.write(1, b"ATTACK RAN text_that_hangs\n")
    raise Slow
