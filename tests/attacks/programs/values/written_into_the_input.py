# attack: It writes the right answer into its input and returns that.
# family: values and shapes that lie
# outcome: failed
# tests: inputs_stay_unchanged
# marker: it writes `ATTACK RAN written_into_the_input` to stdout as the function begins
import os
import numpy as np

def right(x, scale):
    y = np.exp(scale * (x - x.max(axis=-1, keepdims=True)))
    return y / y.sum(axis=-1, keepdims=True)

def scaled_softmax(x, scale):
    os.write(1, b"ATTACK RAN written_into_the_input\n")
    x[...] = right(x, scale)
    return x
