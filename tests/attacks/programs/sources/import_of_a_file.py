# attack: It imports a module that is a file of its own.
# family: hostile sources
# outcome: crashed
# tests: values_equal_the_formula
# marker: it would write `ATTACK RAN import_of_a_file` to stdout; it is refused before that, so it is run by itself
import os
if os.write(1, b"ATTACK RAN import_of_a_file\n"):
    import solution_of_somebody

def scaled_softmax(x, scale):
    return solution_of_somebody.scaled_softmax(x, scale)
