# attack: It returns an object that would run a command if anything unpickled it.
# family: objects with hostile methods
# outcome: failed
# tests: values_equal_the_formula
# marker: it writes `ATTACK RAN reduce` to stdout as the function begins
import os

class Command:
    def __reduce__(self):
        return os.system, ("echo unpickled",)
    def __reduce_ex__(self, protocol):
        return self.__reduce__()
    def __getstate__(self):
        return {}

def scaled_softmax(x, scale):
    os.write(1, b"ATTACK RAN reduce\n")
    return Command()
