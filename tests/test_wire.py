"""The wire: what crosses comes out equal and fresh; what breaks the rules is refused."""

from __future__ import annotations

import itertools
import math
import struct
from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from judge import wire
from judge.wire import Function, Limits, Message, Ref, WireError


def sent(value: object, **options: Any) -> bytes:
    """The bytes of one message that carries `value`."""
    out = bytearray()
    wire.write_message(Message("value", 7, value), out.extend, **options)
    return bytes(out)


def received(data: bytes, limits: Limits | None = None) -> Message:
    """The message in `data`, of which every byte must be used."""
    view = memoryview(data)

    def read(into: memoryview) -> None:
        nonlocal view
        if len(view) < len(into):
            raise EOFError
        into[:] = view[: len(into)]
        view = view[len(into) :]

    message = wire.read_message(read, limits or Limits())
    assert not view
    return message


def crossed(value: object) -> Any:
    return received(sent(value)).value


def framed(tree: object, payload: bytes = b"", size: int | None = None) -> bytes:
    """A frame as a hostile peer would make it."""
    header = msgspec.msgpack.encode(("value", 1, tree))
    return wire.PREFIX.pack(len(header), len(payload) if size is None else size) + header + payload


def same(left: Any, right: Any) -> bool:
    """Equal in type, value and, for arrays, dtype; NaN equals NaN."""
    if isinstance(left, np.ndarray | np.generic):
        return (
            type(left) is type(right)
            and left.dtype.name == right.dtype.name
            and np.array_equal(left, right, equal_nan=left.dtype.kind in "fc")
        )
    if type(left) is not type(right):
        return False
    if isinstance(left, list | tuple):
        return len(left) == len(right) and all(map(same, left, right))
    if isinstance(left, dict):
        return list(left) == list(right) and all(same(left[key], right[key]) for key in left)
    return bool(left == right) or (left != left and right != right)


NUMBERS = (
    st.none() | st.booleans() | st.integers(-(2**200), 2**200) | st.floats() | st.complex_numbers()
)
LONG = st.sampled_from(["x" * 5000, "é" * 3000, "\ud800" * 5000, b"\x00" * 5000])
TEXTS = st.text(st.characters()) | st.binary() | LONG
STAYING = st.builds(Ref, st.integers(0, 2**64 - 1), st.text(max_size=20)) | st.builds(
    Function, st.integers(0, 2**31)
)
SCALARS = hnp.arrays(dtype=st.sampled_from(sorted(wire.DTYPES)), shape=()).map(lambda a: a[()])
ARRAYS = hnp.arrays(
    dtype=st.sampled_from(sorted(wire.DTYPES)), shape=hnp.array_shapes(min_dims=0, min_side=0)
)
KEYS = st.text() | st.integers() | st.tuples(st.integers(), st.text())
VALUES = st.recursive(
    NUMBERS | TEXTS | ARRAYS | SCALARS | STAYING,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.lists(inner, max_size=4).map(tuple)
        | st.dictionaries(KEYS, inner, max_size=4)
    ),
    max_leaves=12,
)


@given(VALUES)
def test_every_value_of_the_closed_set_crosses_unchanged(value: object) -> None:
    assert same(value, crossed(value))


@pytest.mark.parametrize("order", ["C", "F", "reversed", "strided", "swapped bytes"])
def test_arrays_cross_whatever_their_layout(order: str) -> None:
    array = np.arange(600.0).reshape(2, 300)
    laid = {
        "C": array,
        "F": np.asfortranarray(array),
        "reversed": array[::-1, ::-1],
        "strided": array[:, ::3],
        "swapped bytes": array.astype(">f8"),
    }[order]
    found = crossed(laid)
    assert np.array_equal(found, laid)
    assert found.flags.c_contiguous
    assert found.dtype.isnative


def test_a_large_array_is_sent_in_chunks() -> None:
    sizes: list[int] = []
    array = np.zeros((3, 1000, 1000))
    wire.write_message(Message("value", 1, array), lambda part: sizes.append(len(part)))
    assert max(sizes) <= wire.CHUNK
    assert sum(sizes) > array.nbytes


def test_array_subclasses_arrive_as_plain_arrays() -> None:
    found = crossed(np.ma.masked_array([1.0, 2.0], mask=[True, False]))
    assert type(found) is np.ndarray


def test_a_bool_byte_of_any_value_becomes_true() -> None:
    found = received(framed(["a", "bool", 3], b"\x00\x02\xff")).value
    assert found.view(np.uint8).tolist() == [0, 1, 1]


def test_what_cannot_travel_stays_as_a_reference() -> None:
    kept: list[object] = []

    def keep(value: object) -> Ref:
        kept.append(value)
        return Ref(len(kept), type(value).__name__)

    found = received(sent([object(), np.array([None, 1])], keep=keep)).value
    assert found == [Ref(1, "object"), Ref(2, "ndarray")]


def test_references_and_functions_cross() -> None:
    assert crossed([Ref(3, "dict"), Function(0)]) == [Ref(3, "dict"), Function(0)]


def test_what_cannot_travel_is_refused_without_a_keeper() -> None:
    with pytest.raises(WireError, match="object"):
        sent(object())


HOSTILE = {
    "unknown tag": ["z", 1],
    "no tag": [],
    "tag not text": [3, 3],
    "map instead of a tree": {"a": 1},
    "array of objects": ["a", "object", 3],
    "array without dtype": ["a"],
    "negative side": ["a", "float64", -1],
    "side not a number": ["a", "float64", "3"],
    "side a bool": ["a", "float64", True],
    "more bytes than sent": ["a", "float64", 10**9],
    "overflowing product": ["a", "float64", 2**39, 2**39, 2**39],
    "too many axes": ["a", "float64", *([1] * 65)],
    "text longer than sent": ["u", 100],
    "negative text": ["u", -1],
    "key without value": ["d", "a"],
    "key that is a list": ["d", ["l"], 1],
    "reference without type": ["r", 1],
    "reference to a text": ["r", "1", "x"],
    "function of nothing": ["f"],
    "complex of texts": ["c", "1", "2"],
    "integer that is no integer": ["i", "zz"],
    "integer of a million digits": ["i", "0x" + "f" * 10**6],
    "integer that cannot be printed": ["i", "0x" + "f" * (wire.DIGITS + 2)],
    "function with a name": ["f", "0"],
    "scalar of more bytes than sent": ["s", "float64"],
    "scalar with a shape of text": ["s", "float64", "x"],
    "bytes without a length": ["b"],
}


@pytest.mark.parametrize("tree", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_tree_that_breaks_the_rules_is_refused(tree: object) -> None:
    with pytest.raises(WireError):
        received(framed(tree, b""))


def test_extension_types_and_times_are_refused() -> None:
    for odd in (msgspec.msgpack.Ext(5, b"x"), msgspec.msgpack.Ext(-1, b"\x00\x00\x00\x01")):
        with pytest.raises(WireError):
            received(framed(odd))


def test_nesting_is_bounded_on_both_sides() -> None:
    deep: object = 1
    for _ in range(wire.MAX_DEPTH + 5):
        deep = [deep]
    with pytest.raises(WireError, match="deep"):
        sent(deep)
    tree: object = 1
    for _ in range(wire.MAX_DEPTH + 5):
        tree = ["l", tree]
    with pytest.raises(WireError):
        received(framed(tree))
    bomb = b"\x93\xa1v\x01" + b"\x91" * 500_000 + b"\x01"
    with pytest.raises(WireError):
        received(wire.PREFIX.pack(len(bomb), 0) + bomb)


def test_sizes_are_refused_before_anything_is_read() -> None:
    limits = Limits(header=100, payload=100)
    for prefix in (wire.PREFIX.pack(101, 0), wire.PREFIX.pack(10, 101)):
        with pytest.raises(WireError, match="too large"):
            received(prefix, limits)


def test_a_payload_must_be_used_up() -> None:
    with pytest.raises(WireError, match="longer"):
        received(framed(1, b"left over"))


@pytest.mark.parametrize("parts", [1, [], ["value", 1], ["value", "1", 1], [1, 1, 1]])
def test_a_header_has_a_kind_a_number_and_a_value(parts: object) -> None:
    header = msgspec.msgpack.encode(parts)
    with pytest.raises(WireError):
        received(wire.PREFIX.pack(len(header), 0) + header)


@settings(max_examples=300)
@given(st.binary(max_size=200), st.integers(0, 200))
def test_noise_is_refused_or_understood_and_never_more(noise: bytes, size: int) -> None:
    data = wire.PREFIX.pack(len(noise), size) + noise
    try:
        message = received(data)
    except (WireError, EOFError):
        return
    assert isinstance(message.kind, str)


@settings(max_examples=200)
@given(VALUES, st.integers(0, 10_000), st.integers(0, 255))
def test_a_changed_byte_is_refused_or_understood(value: object, place: int, byte: int) -> None:
    data = bytearray(sent(value))
    data[place % len(data)] = byte
    try:
        received(bytes(data), Limits(header=1 << 16, payload=1 << 16))
    except (WireError, EOFError, AssertionError):
        return


def test_infinities_and_nan_cross_as_numbers() -> None:
    found = crossed([math.inf, -math.inf, math.nan])
    assert found[:2] == [math.inf, -math.inf]
    assert math.isnan(found[2])


# --- limits ---------------------------------------------------------------------------------------


def levels(depth: int, step: str) -> Any:
    """`depth` containers around a number, in turn of the kinds that `step` names."""
    value: Any = 1
    for level in range(depth):
        kind = step[level % len(step)]
        value = [value] if kind == "l" else (value,) if kind == "t" else {"k": value}
    return value


@given(st.integers(0, 39), st.text("ltd", min_size=1, max_size=4))
def test_a_writer_knows_what_a_reader_refuses(depth: int, step: str) -> None:
    packed = wire.pack_message(Message("value", 7, levels(depth, step)))
    out = bytearray()
    packed.write(out.extend)
    if depth <= Limits().depth:
        assert packed.fault(Limits()) is None
        assert same(received(bytes(out)).value, levels(depth, step))
    else:
        assert "nested deeper than 30" in str(packed.fault(Limits()))
        with pytest.raises(WireError, match="nested"):
            received(bytes(out))


def test_what_was_received_can_be_sent_back_inside_a_request() -> None:
    kept = crossed(levels(Limits().depth, "ltd"))
    odd = crossed({(k, 0): k for k in range(900)})
    worker = Limits(depth=wire.MAX_DEPTH, odd_keys=1 << 30)
    ask = {"args": [kept, odd, odd], "kwargs": {}}
    assert same(received(sent(ask), worker).value, ask)


def test_texts_have_a_limit_of_their_own() -> None:
    """One character outside the basic plane makes four bytes in memory of each on the wire."""
    limits = Limits(texts=10_000)
    short = ["x" * 5000, b"y" * 5000]
    assert received(sent(short), limits).value == short
    for long in ([*short, "z" * 5000], ["x" * 10_001], [b"x" * 10_001]):
        packed = wire.pack_message(Message("value", 1, long))
        assert "too long to hand over" in str(packed.fault(limits))
        with pytest.raises(WireError, match="more text"):
            received(sent(long), limits)


def test_nothing_is_made_for_a_text_that_is_too_long() -> None:
    with pytest.raises(WireError, match="more text"):
        received(framed(["u", 1 << 30], size=1 << 30))


@given(st.integers(1, 4 * wire.DIGITS), st.booleans())
def test_an_integer_that_crosses_can_be_printed(bits: int, negative: bool) -> None:
    number = (2**bits - 1) * (-1 if negative else 1)
    assert crossed(number) == number
    assert str(crossed(number))


def test_an_integer_that_could_not_be_printed_is_refused() -> None:
    with pytest.raises(WireError, match="hexadecimal digits"):
        sent(2 ** (4 * wire.DIGITS))


# --- keys -----------------------------------------------------------------------------------------


def test_many_keys_whose_hashes_their_sender_chooses_are_refused() -> None:
    """Put into one dict, 50000 of them would take half a minute, with no look at the clock."""
    keys = [complex(-1000003 * k, k) for k in range(1, 1100)]
    assert len({hash(key) for key in keys}) == 1
    for odd in (keys, [(k, 0) for k in range(1100)], [2**70 + k for k in range(1100)]):
        packed = wire.pack_message(Message("value", 1, dict.fromkeys(odd)))
        assert "more than 1000 keys" in str(packed.fault(Limits()))
        with pytest.raises(WireError, match="more than 1000 keys"):
            received(sent(dict.fromkeys(odd)))
    nodes = [["c", float(-1000003 * k), float(k)] for k in range(1, 1100)]
    with pytest.raises(WireError, match="more than 1000 keys"):
        received(framed(["d", *(part for node in nodes for part in (node, None))]))


def test_some_odd_keys_and_many_plain_ones_cross() -> None:
    for keys in ([(k, 0) for k in range(900)], [str(k) for k in range(5000)], [*range(5000)]):
        assert list(crossed(dict.fromkeys(keys))) == keys


def test_no_map_is_built_of_a_header() -> None:
    """30000 lists of one hash for keys: to build it would take half a minute."""
    keys = itertools.islice(itertools.product([0xFF, 0xFE], repeat=15), 30_000)  # -1 and -2
    pairs = b"".join(b"\x9f" + bytes(key) + b"\xc0" for key in keys)
    start = b"\x93" + msgspec.msgpack.encode("value") + b"\x01"
    header = start + b"\xdf" + struct.pack(">I", 30_000) + pairs
    with pytest.raises(WireError, match="not readable"):
        received(wire.PREFIX.pack(len(header), 0) + header)
