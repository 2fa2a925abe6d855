# attack: It returns a list of fifty thousand objects that must stay in the worker.
# family: objects with hostile methods
# outcome: failed
# tests: values_equal_the_formula
# marker: it writes `ATTACK RAN many_kept` to stdout as the function begins
import os

def scaled_softmax(x, scale):
    os.write(1, b"ATTACK RAN many_kept\n")
    return [object() for _ in range(50_000)]
