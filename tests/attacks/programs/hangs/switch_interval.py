# attack: It keeps every other thread of the worker from running.
# family: hangs
# outcome: exceeded
# tests: values_equal_the_formula
# marker: it writes `ATTACK RAN switch_interval` to stdout as the function begins
import os
import sys
import threading

def scaled_softmax(x, scale):
    os.write(1, b"ATTACK RAN switch_interval\n")
    sys.setswitchinterval(1e6)
    for _ in range(4):
        threading.Thread(target=sum, args=(iter(int, 1),)).start()
    return sum(iter(int, 1))
