# attack: It writes a reply with a number of its own.
# family: forged frames and descriptors
# outcome: crashed
# tests: values_equal_the_formula
# marker: it writes `ATTACK RAN answer_to_no_question` to stdout as the function begins
import os
import struct

def scaled_softmax(x, scale):
    os.write(1, b"ATTACK RAN answer_to_no_question\n")
    header = b"\x93\xa5value\xcd\x27\x0f\xc0"
    os.write(3, struct.pack("<IQ", len(header), 0) + header)
    return x
