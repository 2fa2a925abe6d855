# attack: It writes a large file wherever it may.
# family: exhaustion
# outcome: crashed
# tests: values_equal_the_formula
# marker: it writes `ATTACK RAN disk` to stdout as the function begins
import os
import tempfile

def scaled_softmax(x, scale):
    os.write(1, b"ATTACK RAN disk\n")
    with tempfile.TemporaryFile() as file:
        for _ in range(1000):
            file.write(bytes(1 << 20))
    return x
