# attack: It sends a header of nested lists only.
# family: forged frames and descriptors
# outcome: crashed
# tests: values_equal_the_formula
# marker: it writes `ATTACK RAN deep_header` to stdout as the function begins
import os
import struct

def scaled_softmax(x, scale):
    os.write(1, b"ATTACK RAN deep_header\n")
    header = b"\x93\xa5value\x05" + b"\x92\xa1l" * 200_000
    os.write(3, struct.pack("<IQ", len(header), 0) + header)
    return x
