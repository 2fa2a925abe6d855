# attack: It defines the function and takes it away again.
# family: hostile sources
# outcome: not attempted
# tests: values_equal_the_formula
# marker: it writes `ATTACK RAN stub_behind_a_name` to stdout while it is loaded
import os

def scaled_softmax(x, scale):
    return x

os.write(1, b"ATTACK RAN stub_behind_a_name\n")
globals().pop("scaled_softmax")
