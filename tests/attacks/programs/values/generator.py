# attack: It returns a generator that would hang whoever reads it.
# family: values and shapes that lie
# outcome: failed
# tests: values_equal_the_formula
# marker: it writes `ATTACK RAN generator` to stdout as the function begins
import os

def endless():
    while True:
        pass
    yield

def scaled_softmax(x, scale):
    os.write(1, b"ATTACK RAN generator\n")
    return endless()
