# attack: It replaces builtins.BaseException and raises what then goes past every handler.
# family: monkeypatching in the worker
# outcome: crashed
# tests: values_equal_the_formula
# marker: it writes `ATTACK RAN base_exception` to stdout as the function begins
import builtins
import os

def scaled_softmax(x, scale):
    os.write(1, b"ATTACK RAN base_exception\n")
    builtins.BaseException = builtins.Exception = type("Other", (), {})
    raise KeyError("passing by")
