# attack: Its main thread ends, after which the process has no figures, and another one answers.
# family: memory hidden from the tracer
# outcome: crashed
# tests: memory_stays_small
# marker: it writes `ATTACK RAN main_thread_gone` to stdout as the function begins
import importlib
import os
import sys
import threading
import numpy as np

def right(x, scale):
    y = np.exp(scale * (x - x.max(axis=-1, keepdims=True)))
    return y / y.sum(axis=-1, keepdims=True)

def scaled_softmax(x, scale):
    os.write(1, b"ATTACK RAN main_thread_gone\n")
    frame = sys._getframe()
    while type(frame.f_locals.get("self")).__name__ != "Worker":
        frame = frame.f_back
    worker = frame.f_locals["self"]
    figures = {"traced": 1, "returned": 1, "largest": 0, "line": None}

    def answer():
        np.ones((16, 512, 512)).sum()
        worker._reply("measured", {"value": right(x, scale), **figures})
        worker.serve()

    exit_of_a_thread = {"x86_64": 60, "aarch64": 93}[os.uname().machine]
    library = importlib.import_module("c" + "types").CDLL(None)
    threading.Thread(target=answer).start()
    library.syscall(exit_of_a_thread, 0)
