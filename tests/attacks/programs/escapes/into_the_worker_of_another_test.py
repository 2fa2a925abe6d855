# attack: It looks for the sockets of other workers in its parent.
# family: escapes
# outcome: failed
# tests: values_equal_the_formula
# marker: it writes `ATTACK RAN into_the_worker_of_another_test` to stdout as the function begins
import os
import numpy as np

def scaled_softmax(x, scale):
    os.write(1, b"ATTACK RAN into_the_worker_of_another_test\n")
    for fd in range(3, 30):
        try:
            os.open(f"/proc/{os.getppid()}/fd/{fd}", os.O_RDWR)
            os.write(1, b"REACHED a descriptor of its parent\n")
        except OSError:
            pass
    return np.zeros_like(x)
