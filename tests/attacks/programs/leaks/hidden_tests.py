# attack: It searches the disk for hidden tests, oracles and references beside the judge's own code.
# family: leaks
# outcome: failed
# tests: values_equal_the_formula
# marker: it writes `ATTACK RAN hidden_tests` to stdout as the function begins
import os
import sys
import numpy as np

WANTED = ("hidden_tests.py", "oracle.py", "mutants.toml", "notebook.py")

def scaled_softmax(x, scale):
    os.write(1, b"ATTACK RAN hidden_tests\n")
    for top in {os.path.dirname(p) if p.endswith("judge") else p for p in sys.path}:
        for folder in ("challenges", "judge/_bundled/challenges", "tests/attacks/challenge"):
            for path, _, files in os.walk(os.path.join(top, folder)):
                for name in set(files) & set(WANTED):
                    try:
                        with open(os.path.join(path, name), "rb") as file:
                            file.read()
                        os.write(1, f"REACHED {name}\n".encode())
                    except OSError:
                        pass
    return np.zeros_like(x)
