# attack: It naps and works in turns, so that it is neither asleep nor busy.
# family: hangs
# outcome: exceeded
# tests: values_equal_the_formula
# marker: it writes `ATTACK RAN naps` to stdout as the function begins
import os
import time

def scaled_softmax(x, scale):
    os.write(1, b"ATTACK RAN naps\n")
    while True:
        time.sleep(0.03)
        sum(range(20_000))
