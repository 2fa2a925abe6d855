# attack: The functions of its traceback are named by escapes and markup.
# family: display injection
# outcome: crashed
# tests: values_equal_the_formula
# marker: it writes `ATTACK RAN name_of_a_function` to stdout as the function begins
import os

def scaled_softmax(x, scale):
    os.write(1, b"ATTACK RAN name_of_a_function\n")
    return _inner()

def _inner():
    raise ValueError("inner")

_inner.__code__ = _inner.__code__.replace(co_name="\x1b[2J[bold]<script>\u202e" * 100)
scaled_softmax.inner = _inner
