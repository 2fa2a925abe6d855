# attack: It puts its output in the place of its channel.
# family: forged frames and descriptors
# outcome: crashed
# tests: values_equal_the_formula
# marker: it writes `ATTACK RAN channel_is_stdout` to stdout as the function begins
import os

def scaled_softmax(x, scale):
    os.write(1, b"ATTACK RAN channel_is_stdout\n")
    os.dup2(1, 3)
    return x
