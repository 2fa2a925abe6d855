# attack: It writes half a message and ends.
# family: forged frames and descriptors
# outcome: crashed
# tests: values_equal_the_formula
# marker: it writes `ATTACK RAN half_a_message` to stdout as the function begins
import os
import struct

def scaled_softmax(x, scale):
    os.write(1, b"ATTACK RAN half_a_message\n")
    os.write(3, struct.pack("<IQ", 5000, 1 << 20) + b"\x93")
    os._exit(0)
