# attack: It raises an exception whose text cannot be made.
# family: exceptions with hostile text
# outcome: crashed
# tests: values_equal_the_formula
# marker: it writes `ATTACK RAN text_that_raises` to stdout as the function begins
import os

class Mute(Exception):
    def __str__(self):
        raise self
    __repr__ = __str__

def scaled_softmax(x, scale):
    os.write(1, b"ATTACK RAN text_that_raises\n")
    raise Mute
