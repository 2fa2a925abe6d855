# attack: It sends a well-made reply one byte at a time.
# family: hangs
# outcome: exceeded
# tests: values_equal_the_formula
# marker: it writes `ATTACK RAN slow_drip` to stdout as the function begins
import os
import struct
import sys
import time

def scaled_softmax(x, scale):
    os.write(1, b"ATTACK RAN slow_drip\n")
    number = sys._getframe(1).f_locals["self"]._number
    header = b"\x93\xa5value" + bytes([number]) + b"\xc0"
    header = header[:-1] + b"\xda\x10\x00" + b"y" * 4096
    for byte in struct.pack("<IQ", len(header), 0) + header:
        os.write(3, bytes([byte]))
        time.sleep(0.02)
