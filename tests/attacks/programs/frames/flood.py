# attack: It floods the channel with well-made replies.
# family: forged frames and descriptors
# outcome: crashed
# tests: values_equal_the_formula
# marker: it writes `ATTACK RAN flood` to stdout as the function begins
import os
import struct

def scaled_softmax(x, scale):
    os.write(1, b"ATTACK RAN flood\n")
    header = b"\x93\xa5value\x00\xc0"
    frame = (struct.pack("<IQ", len(header), 0) + header) * 1000
    while True:
        os.write(3, frame)
