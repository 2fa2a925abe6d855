# attack: It replaces the import function and the codecs and then raises.
# family: monkeypatching in the worker
# outcome: crashed
# tests: values_equal_the_formula
# marker: it writes `ATTACK RAN imports` to stdout as the function begins
import builtins
import codecs
import os

def _refuse(*args, **kwargs):
    raise OSError("no import")

def scaled_softmax(x, scale):
    builtins.__import__ = codecs.lookup = builtins.open = _refuse
    os.write(1, b"ATTACK RAN imports\n")
    raise ValueError("\u00e4")
