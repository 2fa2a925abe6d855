# attack: It writes half a message and sleeps.
# family: forged frames and descriptors
# outcome: exceeded
# tests: values_equal_the_formula
# marker: it writes `ATTACK RAN half_a_message_and_sleep` to stdout as the function begins
import os
import struct
import time

def scaled_softmax(x, scale):
    os.write(1, b"ATTACK RAN half_a_message_and_sleep\n")
    os.write(3, struct.pack("<IQ", 5000, 1 << 20) + b"\x93")
    time.sleep(60)
