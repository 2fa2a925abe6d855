# attack: It sleeps in a set-up that its first call makes.
# family: hangs
# outcome: exceeded
# tests: values_equal_the_formula
# marker: it writes `ATTACK RAN set_up_in_the_call` to stdout as the function begins
import os
import time

def _spin():
    os.write(1, b"ATTACK RAN set_up_in_the_call\n")
    time.sleep(60)

_ready = None

def scaled_softmax(x, scale):
    global _ready
    if _ready is None:
        _ready = _spin()
