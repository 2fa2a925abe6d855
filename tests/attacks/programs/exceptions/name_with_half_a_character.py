# attack: It raises a text of unpaired surrogates.
# family: exceptions with hostile text
# outcome: crashed
# tests: values_equal_the_formula
# marker: it writes `ATTACK RAN name_with_half_a_character` to stdout as the function begins
import os

def scaled_softmax(x, scale):
    os.write(1, b"ATTACK RAN name_with_half_a_character\n")
    raise ValueError("\ud800\udfff\udc80" * 100)
