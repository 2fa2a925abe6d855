# attack: It sends a dict of 20000 large integers that all have one hash.
# family: objects with hostile methods
# outcome: failed
# tests: values_equal_the_formula
# marker: it writes `ATTACK RAN equal_hashes_of_integers` to stdout as the function begins
import os

class Colliding(dict):
    def items(self):
        return [((2**61 - 1) * (k + 2**10), None) for k in range(20_000)]

def scaled_softmax(x, scale):
    os.write(1, b"ATTACK RAN equal_hashes_of_integers\n")
    return Colliding(y=0)
