# attack: It raises an exception that clears the screen, sets the title and moves the cursor.
# family: display injection
# outcome: crashed
# tests: values_equal_the_formula
# marker: it writes `ATTACK RAN terminal_escapes` to stdout as the function begins
import os

def scaled_softmax(x, scale):
    os.write(1, b"ATTACK RAN terminal_escapes\n")
    raise ValueError("\x1b[2J\x1b[H\x1b]0;owned\x07\x1b[31mPASSED\x1b[0m\x9b2J\r\x08\x08")
