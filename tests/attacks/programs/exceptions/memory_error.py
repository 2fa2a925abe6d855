# attack: It pretends to have run out of memory.
# family: exceptions with hostile text
# outcome: exceeded
# tests: values_equal_the_formula
# marker: it writes `ATTACK RAN memory_error` to stdout as the function begins
import os

def scaled_softmax(x, scale):
    os.write(1, b"ATTACK RAN memory_error\n")
    raise MemoryError("passed")
