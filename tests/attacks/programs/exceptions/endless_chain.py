# attack: It raises an exception that is its own cause, with a traceback of a hundred thousand lines.
# family: exceptions with hostile text
# outcome: crashed
# tests: values_equal_the_formula
# marker: it writes `ATTACK RAN endless_chain` to stdout as the function begins
import os

def _pile(error, depth):
    for _ in range(depth):
        try:
            raise error
        except ValueError:
            pass

def scaled_softmax(x, scale):
    os.write(1, b"ATTACK RAN endless_chain\n")
    error = ValueError("again")
    _pile(error, 100_000)
    error.__context__ = KeyError("other")
    error.__context__.__cause__ = error
    raise error
