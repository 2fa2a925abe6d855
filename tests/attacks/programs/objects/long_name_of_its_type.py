# attack: It returns an object whose type has a name of ten million characters.
# family: objects with hostile methods
# outcome: failed
# tests: values_equal_the_formula
# marker: it writes `ATTACK RAN long_name_of_its_type` to stdout as the function begins
import os

def scaled_softmax(x, scale):
    os.write(1, b"ATTACK RAN long_name_of_its_type\n")
    return type("A" * 10_000_000, (), {})()
