# attack: It waits for a lock that it holds.
# family: hangs
# outcome: exceeded
# tests: values_equal_the_formula
# marker: it writes `ATTACK RAN lock` to stdout as the function begins
import os
import threading

def scaled_softmax(x, scale):
    os.write(1, b"ATTACK RAN lock\n")
    lock = threading.Lock()
    lock.acquire()
    lock.acquire()
