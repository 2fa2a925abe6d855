# attack: It raises an exception with invisible characters and letters piled up.
# family: display injection
# outcome: crashed
# tests: values_equal_the_formula
# marker: it writes `ATTACK RAN invisible` to stdout as the function begins
import os

def scaled_softmax(x, scale):
    os.write(1, b"ATTACK RAN invisible\n")
    raise ValueError("pas\u200bsed\ufeff\u2060\u00ad" + "a" + "\u0301" * 500 + "\u115f\U000e0041")
