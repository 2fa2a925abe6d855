# attack: It prints into its channel.
# family: forged frames and descriptors
# outcome: crashed
# tests: values_equal_the_formula
# marker: it writes `ATTACK RAN output_is_channel` to stdout as the function begins
import os

def scaled_softmax(x, scale):
    os.write(1, b"ATTACK RAN output_is_channel\n")
    os.dup2(3, 1)
    print("passed " * 1000, flush=True)
    return x
