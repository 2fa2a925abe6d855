# attack: It returns an object whose type raises when asked for its name.
# family: objects with hostile methods
# outcome: crashed
# tests: values_equal_the_formula
# marker: it writes `ATTACK RAN name_of_its_type` to stdout as the function begins
import os

class Meta(type):
    @property
    def __name__(cls):
        raise SystemExit("no name")

class Nameless(metaclass=Meta):
    pass

def scaled_softmax(x, scale):
    os.write(1, b"ATTACK RAN name_of_its_type\n")
    return Nameless()
