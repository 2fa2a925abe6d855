# attack: It returns an object that hangs when it is deleted.
# family: objects with hostile methods
# outcome: failed
# tests: values_equal_the_formula
# marker: it writes `ATTACK RAN end_of_life` to stdout as the function begins
import os

class Clinging:
    def __del__(self):
        while True:
            pass

def scaled_softmax(x, scale):
    os.write(1, b"ATTACK RAN end_of_life\n")
    return [0.5, Clinging()]
