# attack: It joins a thread that never ends.
# family: hangs
# outcome: exceeded
# tests: values_equal_the_formula
# marker: it writes `ATTACK RAN thread_joined` to stdout as the function begins
import os
import threading
import time

def scaled_softmax(x, scale):
    os.write(1, b"ATTACK RAN thread_joined\n")
    thread = threading.Thread(target=time.sleep, args=(1e6,))
    thread.start()
    thread.join()
