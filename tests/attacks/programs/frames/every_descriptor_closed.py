# attack: It closes every descriptor.
# family: forged frames and descriptors
# outcome: crashed
# tests: values_equal_the_formula
# marker: it writes `ATTACK RAN every_descriptor_closed` to stdout as the function begins
import os

def scaled_softmax(x, scale):
    os.write(1, b"ATTACK RAN every_descriptor_closed\n")
    os.closerange(0, 256)
    return x
