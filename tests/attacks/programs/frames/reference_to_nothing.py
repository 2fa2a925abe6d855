# attack: It sends a reference to an array that was never kept.
# family: forged frames and descriptors
# outcome: failed
# tests: values_equal_the_formula
# marker: it writes `ATTACK RAN reference_to_nothing` to stdout as the function begins
import os
import sys

def scaled_softmax(x, scale):
    os.write(1, b"ATTACK RAN reference_to_nothing\n")
    _send(["r", 10**15, "ndarray"])
    return x

def _send(tree):
    msgpack = sys.modules["msgspec"].msgpack
    worker = sys._getframe(2).f_locals["self"]
    header = msgpack.encode(("value", worker._number, tree))
    os.write(3, len(header).to_bytes(4, "little") + bytes(8) + header)
