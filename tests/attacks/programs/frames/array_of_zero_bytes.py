# attack: It sends an array of no bytes and 32 huge sides.
# family: forged frames and descriptors
# outcome: crashed
# tests: values_equal_the_formula
# marker: it writes `ATTACK RAN array_of_zero_bytes` to stdout as the function begins
import os
import sys

def scaled_softmax(x, scale):
    os.write(1, b"ATTACK RAN array_of_zero_bytes\n")
    _send(["a", "float64", 0, *[2**39] * 31])
    return x

def _send(tree):
    msgpack = sys.modules["msgspec"].msgpack
    worker = sys._getframe(2).f_locals["self"]
    header = msgpack.encode(("value", worker._number, tree))
    os.write(3, len(header).to_bytes(4, "little") + bytes(8) + header)
