# attack: It reads address 0 by a ctypes that it does not import by name.
# family: exits
# outcome: crashed
# tests: values_equal_the_formula
# marker: it writes `ATTACK RAN segfault` to stdout as the function begins
import importlib
import os

def scaled_softmax(x, scale):
    os.write(1, b"ATTACK RAN segfault\n")
    importlib.import_module("c" + "types").string_at(0)
