# attack: It recurses in C until the stack overflows.
# family: exits
# outcome: crashed
# tests: values_equal_the_formula
# marker: it writes `ATTACK RAN deep_stack` to stdout as the function begins
import os
import sys
import threading

def scaled_softmax(x, scale):
    os.write(1, b"ATTACK RAN deep_stack\n")
    sys.setrecursionlimit(10**9)
    thing = ()
    for _ in range(20_000):
        thing = (thing,)
    threading.stack_size(1 << 16)  # soon full, on a slow machine too
    thread = threading.Thread(target=repr, args=(thing,))
    thread.start()
    thread.join()
    return x
