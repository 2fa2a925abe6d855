# attack: It returns an object that raises SystemExit whatever is asked of it.
# family: objects with hostile methods
# outcome: crashed
# tests: values_equal_the_formula
# marker: it writes `ATTACK RAN attributes_that_exit` to stdout as the function begins
import os

class Bomb:
    def __getattribute__(self, name):
        raise SystemExit(name)

def scaled_softmax(x, scale):
    os.write(1, b"ATTACK RAN attributes_that_exit\n")
    return Bomb()
