# attack: It doubles a text.
# family: exhaustion
# outcome: exceeded
# tests: values_equal_the_formula
# marker: it writes `ATTACK RAN text_doubling` to stdout as the function begins
import os

def scaled_softmax(x, scale):
    os.write(1, b"ATTACK RAN text_doubling\n")
    text = "x"
    while True:
        text += text
