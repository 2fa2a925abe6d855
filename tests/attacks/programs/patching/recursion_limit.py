# attack: It lowers the recursion limit so far that the worker cannot pack a reply.
# family: monkeypatching in the worker
# outcome: crashed
# tests: values_equal_the_formula
# marker: it writes `ATTACK RAN recursion_limit` to stdout as the function begins
import os
import sys

def scaled_softmax(x, scale):
    os.write(1, b"ATTACK RAN recursion_limit\n")
    out = [[[[[[[[[[[[[[[[[[[[[[[[[[[0.5]]]]]]]]]]]]]]]]]]]]]]]]]]]
    sys.setrecursionlimit(25)
    return out
