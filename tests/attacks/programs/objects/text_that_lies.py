# attack: It returns a text whose length and bytes are others.
# family: objects with hostile methods
# outcome: failed
# tests: values_equal_the_formula
# marker: it writes `ATTACK RAN text_that_lies` to stdout as the function begins
import os

class Odd(str):
    def __len__(self):
        return 10**12
    def encode(self, *args):
        return b"\xff" * 10
    def __str__(self):
        return "\ud800" * 10
    def __iter__(self):
        return iter("\ud800")

def scaled_softmax(x, scale):
    os.write(1, b"ATTACK RAN text_that_lies\n")
    return Odd("y")
