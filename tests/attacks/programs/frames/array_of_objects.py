# attack: It sends an array of pointers.
# family: forged frames and descriptors
# outcome: crashed
# tests: values_equal_the_formula
# marker: it writes `ATTACK RAN array_of_objects` to stdout as the function begins
import os
import sys

def scaled_softmax(x, scale):
    os.write(1, b"ATTACK RAN array_of_objects\n")
    _send(["a", "object", 3])
    return x

def _send(tree):
    msgpack = sys.modules["msgspec"].msgpack
    worker = sys._getframe(2).f_locals["self"]
    header = msgpack.encode(("value", worker._number, tree))
    os.write(3, len(header).to_bytes(4, "little") + bytes(8) + header + bytes(24))
