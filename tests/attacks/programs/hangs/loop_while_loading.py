# attack: It loops while it is loaded.
# family: hangs
# outcome: exceeded
# tests: values_equal_the_formula
# marker: it writes `ATTACK RAN loop_while_loading` to stdout as the function begins
import os

def _spin():
    os.write(1, b"ATTACK RAN loop_while_loading\n")
    while True:
        pass

_spun = _spin()

def scaled_softmax(x, scale):
    return _spun
