# attack: It imports ctypes by name.
# family: hostile sources
# outcome: crashed
# tests: values_equal_the_formula
# marker: it would write `ATTACK RAN forbidden_import` to stdout; it is refused before that, so it is run by itself
import ctypes
import os

def scaled_softmax(x, scale):
    os.write(1, b"ATTACK RAN forbidden_import\n")
    ctypes.string_at(0)
