# attack: It writes random bytes into the channel.
# family: forged frames and descriptors
# outcome: crashed
# tests: values_equal_the_formula
# marker: it writes `ATTACK RAN garbage` to stdout as the function begins
import os

def scaled_softmax(x, scale):
    os.write(1, b"ATTACK RAN garbage\n")
    os.write(3, b"\xff\x00\xa5passed" * 100)
    return x
