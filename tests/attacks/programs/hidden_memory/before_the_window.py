# attack: It waits for the request to be measured and does its work before the measuring begins.
# family: memory hidden from the tracer
# outcome: failed
# tests: memory_stays_small
# marker: it writes `ATTACK RAN before_the_window` to stdout as the function begins
import os
import sys
import numpy as np

def right(x, scale):
    y = np.exp(scale * (x - x.max(axis=-1, keepdims=True)))
    return y / y.sum(axis=-1, keepdims=True)

kept = []

def scaled_softmax(x, scale):
    if not kept:
        kept.append(np.ones((16, 512, 512)).sum() * 0 + right(x, scale))
    return kept.pop()

def _arm():
    os.write(1, b"ATTACK RAN before_the_window\n")
    frame = sys._getframe()
    while frame is not None and type(frame.f_locals.get("self")).__name__ != "Worker":
        frame = frame.f_back
    if frame is not None:
        answers = frame.f_locals["self"]._answers
        honest = answers["measure"]
        def early(ask):
            if ask and "args" in ask:
                kept.append(np.ones((16, 512, 512)).sum() * 0 + right(*ask["args"]))
            return honest(ask)
        answers["measure"] = early

scaled_softmax.armed = _arm()
