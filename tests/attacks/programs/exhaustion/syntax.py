# attack: It compiles a source nested a hundred thousand deep inside the worker.
# family: exhaustion
# outcome: crashed
# tests: values_equal_the_formula
# marker: it writes `ATTACK RAN syntax` to stdout as the function begins
import os

def scaled_softmax(x, scale):
    os.write(1, b"ATTACK RAN syntax\n")
    return eval("(" * 100_000 + ")" * 100_000)
