# attack: It returns an object that is equal to, below and above everything.
# family: values and shapes that lie
# outcome: failed
# tests: values_equal_the_formula
# marker: it writes `ATTACK RAN equal_to_everything` to stdout as the function begins
import os

class Anything:
    dtype, shape, ndim, size = "float64", (), 0, 1
    def __eq__(self, other):
        return True
    __le__ = __lt__ = __ge__ = __gt__ = __eq__
    __hash__ = None
    def __array__(self, *args, **kwargs):
        raise RuntimeError("looked at")

def scaled_softmax(x, scale):
    os.write(1, b"ATTACK RAN equal_to_everything\n")
    return Anything()
