# attack: It catches every exception and goes on.
# family: hangs
# outcome: exceeded
# tests: values_equal_the_formula
# marker: it writes `ATTACK RAN every_exception_caught` to stdout as the function begins
import os

def scaled_softmax(x, scale):
    os.write(1, b"ATTACK RAN every_exception_caught\n")
    while True:
        try:
            while True:
                pass
        except BaseException:
            pass
