# attack: A thread of it uses the large array.
# family: memory hidden from the tracer
# outcome: failed
# tests: memory_stays_small
# marker: it writes `ATTACK RAN in_a_thread` to stdout as the function begins
import os
import threading
import tracemalloc
import numpy as np

def right(x, scale):
    y = np.exp(scale * (x - x.max(axis=-1, keepdims=True)))
    return y / y.sum(axis=-1, keepdims=True)

def scaled_softmax(x, scale):
    os.write(1, b"ATTACK RAN in_a_thread\n")
    tracemalloc.stop()
    thread = threading.Thread(target=lambda: np.ones((16, 512, 512)).sum())
    thread.start()
    thread.join()
    return right(x, scale)
