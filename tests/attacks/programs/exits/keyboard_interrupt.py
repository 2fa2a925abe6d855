# attack: It raises KeyboardInterrupt, as if a person had pressed Ctrl-C.
# family: exits
# outcome: crashed
# tests: values_equal_the_formula
# marker: it writes `ATTACK RAN keyboard_interrupt` to stdout as the function begins
import os

def scaled_softmax(x, scale):
    os.write(1, b"ATTACK RAN keyboard_interrupt\n")
    raise KeyboardInterrupt
