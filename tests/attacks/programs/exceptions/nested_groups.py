# attack: It raises groups of exceptions nested ten thousand deep.
# family: exceptions with hostile text
# outcome: crashed
# tests: values_equal_the_formula
# marker: it writes `ATTACK RAN nested_groups` to stdout as the function begins
import os

def scaled_softmax(x, scale):
    os.write(1, b"ATTACK RAN nested_groups\n")
    error = ValueError("core")
    for _ in range(10_000):
        error = ExceptionGroup("layer", [error])
    raise error
