# attack: It returns a list that holds itself.
# family: values and shapes that lie
# outcome: failed
# tests: values_equal_the_formula
# marker: it writes `ATTACK RAN cyclic_list` to stdout as the function begins
import os

def scaled_softmax(x, scale):
    os.write(1, b"ATTACK RAN cyclic_list\n")
    out = []
    out.append(out)
    return out
