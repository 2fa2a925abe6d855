# attack: It raises an exception with a terminal hyperlink and a clipboard write.
# family: display injection
# outcome: crashed
# tests: values_equal_the_formula
# marker: it writes `ATTACK RAN terminal_links` to stdout as the function begins
import os

def scaled_softmax(x, scale):
    os.write(1, b"ATTACK RAN terminal_links\n")
    raise ValueError("\x1b]8;;http://example.org\x1b\\here\x1b]8;;\x1b\\ \x1b]52;c;cm0gLXJm\x07")
