# attack: It replaces linecache, which the worker names lines with, and raises.
# family: monkeypatching in the worker
# outcome: crashed
# tests: values_equal_the_formula
# marker: it writes `ATTACK RAN line_cache` to stdout as the function begins
import linecache
import os

def _refuse(*args):
    raise SystemExit("no line")

def scaled_softmax(x, scale):
    linecache.getline = linecache.getlines = _refuse
    os.write(1, b"ATTACK RAN line_cache\n")
    raise ValueError("where?")
