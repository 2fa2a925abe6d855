# attack: It looks for the user's environment in its own.
# family: leaks
# outcome: failed
# tests: values_equal_the_formula
# marker: it writes `ATTACK RAN environment` to stdout as the function begins
import os
import numpy as np

def scaled_softmax(x, scale):
    os.write(1, b"ATTACK RAN environment\n")
    found = dict(os.environ)
    with open("/proc/self/environ", "rb") as file:
        seen = file.read().decode(errors="replace")
    if any(word in f"{found} {seen}" for word in ("SECRET", "HOME", "PATH=", "USER")):
        os.write(1, b"REACHED its user's environment\n")
    print(found, seen, flush=True)
    return np.zeros_like(x)
