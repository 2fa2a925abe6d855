# attack: It returns a dict whose items are others than its keys say.
# family: objects with hostile methods
# outcome: failed
# tests: values_equal_the_formula
# marker: it writes `ATTACK RAN lying_dict` to stdout as the function begins
import os
import numpy as np

class Two(dict):
    def items(self):
        return [("y", np.ones(3)), (None, self), ((), 1)]

def scaled_softmax(x, scale):
    os.write(1, b"ATTACK RAN lying_dict\n")
    return Two(y=0)
