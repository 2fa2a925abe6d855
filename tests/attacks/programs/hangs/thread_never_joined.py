# attack: It leaves threads behind that never end and answers wrongly.
# family: hangs
# outcome: failed
# tests: values_equal_the_formula
# marker: it writes `ATTACK RAN thread_never_joined` to stdout as the function begins
import os
import threading
import time
import numpy as np

def scaled_softmax(x, scale):
    os.write(1, b"ATTACK RAN thread_never_joined\n")
    for _ in range(10):
        threading.Thread(target=time.sleep, args=(1e6,)).start()
    return np.zeros_like(x)
