# attack: It announces a header of four gigabytes.
# family: forged frames and descriptors
# outcome: crashed
# tests: values_equal_the_formula
# marker: it writes `ATTACK RAN endless_header` to stdout as the function begins
import os
import struct

def scaled_softmax(x, scale):
    os.write(1, b"ATTACK RAN endless_header\n")
    os.write(3, struct.pack("<IQ", (1 << 32) - 1, 0))
    return x
