# attack: It reads files that are none of its business.
# family: leaks
# outcome: failed
# tests: values_equal_the_formula
# marker: it writes `ATTACK RAN files` to stdout as the function begins
import os
import numpy as np

def scaled_softmax(x, scale):
    os.write(1, b"ATTACK RAN files\n")
    for path in ("/etc/passwd", "/etc/hostname", "/etc/shadow", os.path.expanduser("~/.profile"), "/proc/version"):
        try:
            with open(path, "rb") as file:
                file.read(10)
            os.write(1, f"REACHED {path}\n".encode())
        except OSError:
            pass
    return np.zeros_like(x)
