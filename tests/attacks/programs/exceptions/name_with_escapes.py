# attack: It raises a type whose name is a terminal escape and a page of HTML.
# family: exceptions with hostile text
# outcome: crashed
# tests: values_equal_the_formula
# marker: it writes `ATTACK RAN name_with_escapes` to stdout as the function begins
import os

def scaled_softmax(x, scale):
    os.write(1, b"ATTACK RAN name_with_escapes\n")
    raise type("\x1b]0;owned\x07<script>alert(1)</script>" * 1000, (Exception,), {})("text")
