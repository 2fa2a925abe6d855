# attack: It raises an exception that no `except Exception` catches.
# family: exits
# outcome: crashed
# tests: values_equal_the_formula
# marker: it writes `ATTACK RAN through_every_handler` to stdout as the function begins
import os

class Through(BaseException):
    pass

def scaled_softmax(x, scale):
    os.write(1, b"ATTACK RAN through_every_handler\n")
    raise Through("all the way")
