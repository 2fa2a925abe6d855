# attack: It announces a message of an exabyte.
# family: forged frames and descriptors
# outcome: crashed
# tests: values_equal_the_formula
# marker: it writes `ATTACK RAN endless_length` to stdout as the function begins
import os
import struct

def scaled_softmax(x, scale):
    os.write(1, b"ATTACK RAN endless_length\n")
    os.write(3, struct.pack("<IQ", 100, 1 << 60))
    return x
