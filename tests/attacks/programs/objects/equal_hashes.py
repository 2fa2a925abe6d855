# attack: It sends a dict of 30000 different keys that all have one hash, which takes half a minute to build.
# family: objects with hostile methods
# outcome: failed
# tests: values_equal_the_formula
# marker: it writes `ATTACK RAN equal_hashes` to stdout as the function begins
import os

class Colliding(dict):
    def items(self):
        return [(complex(-1000003 * k, k), None) for k in range(1, 30_000)]

def scaled_softmax(x, scale):
    os.write(1, b"ATTACK RAN equal_hashes\n")
    return Colliding(y=0)
