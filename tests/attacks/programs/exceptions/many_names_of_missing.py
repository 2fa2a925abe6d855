# attack: It returns a dict with keys of hostile text.
# family: exceptions with hostile text
# outcome: failed
# tests: values_equal_the_formula
# marker: it writes `ATTACK RAN many_names_of_missing` to stdout as the function begins
import os

def scaled_softmax(x, scale):
    os.write(1, b"ATTACK RAN many_names_of_missing\n")
    return {"\x1b[31m[bold]passed[/bold]\u202e": 1, "<b>": "\x00" * 5000, None: b"\xff" * 5000}
