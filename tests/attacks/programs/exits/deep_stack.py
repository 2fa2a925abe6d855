# attack: It recurses in C until the stack overflows.
# family: exits
# outcome: crashed
# tests: values_equal_the_formula
# marker: it writes `ATTACK RAN deep_stack` to stdout as the function begins
import os
import sys

def scaled_softmax(x, scale):
    os.write(1, b"ATTACK RAN deep_stack\n")
    sys.setrecursionlimit(10**9)
    thing = ()
    for _ in range(400_000):
        thing = (thing,)
    return repr(thing)
