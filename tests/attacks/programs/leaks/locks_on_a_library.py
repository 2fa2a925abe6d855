# attack: It locks bytes of a library's file, which the workers of other tests can see.
# family: leaks
# outcome: failed
# tests: values_equal_the_formula
# marker: it writes `ATTACK RAN locks_on_a_library` to stdout as the function begins
import fcntl
import os
import numpy as np

def scaled_softmax(x, scale):
    os.write(1, b"ATTACK RAN locks_on_a_library\n")
    file = os.open(os.__file__, os.O_RDONLY)
    for lock in (
        lambda: fcntl.lockf(file, fcntl.LOCK_SH | fcntl.LOCK_NB, 1, int(abs(x[0, 0]) * 1e6)),
        lambda: fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB),
    ):
        try:
            lock()
            os.write(1, b"REACHED other workers\n")
        except OSError:
            pass
    return np.zeros_like(x)
