# attack: It sends the name of a function of the trusted process as its value.
# family: forged frames and descriptors
# outcome: failed
# tests: values_equal_the_formula
# marker: it writes `ATTACK RAN function_as_value` to stdout as the function begins
import os
import sys

def scaled_softmax(x, scale):
    os.write(1, b"ATTACK RAN function_as_value\n")
    _send(["f", 0])
    return x

def _send(tree):
    msgpack = sys.modules["msgspec"].msgpack
    worker = sys._getframe(2).f_locals["self"]
    header = msgpack.encode(("value", worker._number, tree))
    os.write(3, len(header).to_bytes(4, "little") + bytes(8) + header)
