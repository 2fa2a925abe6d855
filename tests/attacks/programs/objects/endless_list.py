# attack: It returns a list whose iteration never ends.
# family: objects with hostile methods
# outcome: exceeded
# tests: values_equal_the_formula
# marker: it writes `ATTACK RAN endless_list` to stdout as the function begins
import os

class Endless(list):
    def __iter__(self):
        while True:
            yield 0.5

def scaled_softmax(x, scale):
    os.write(1, b"ATTACK RAN endless_list\n")
    return Endless([1])
