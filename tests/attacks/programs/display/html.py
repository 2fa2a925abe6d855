# attack: It raises an exception with a script, a picture and an end of a comment.
# family: display injection
# outcome: crashed
# tests: values_equal_the_formula
# marker: it writes `ATTACK RAN html` to stdout as the function begins
import os

def scaled_softmax(x, scale):
    os.write(1, b"ATTACK RAN html\n")
    raise ValueError("</pre></div><script>alert(1)</script><img src=x onerror=alert(1)>-->")
