"""Reading a message, from whoever it comes."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, Final

import msgspec
import numpy as np

from judge.wire.values import (
    DIGITS,
    DTYPES,
    MAX_DEPTH,
    MAX_DIMS,
    PREFIX,
    TENSORS,
    Function,
    Limits,
    Message,
    Read,
    Ref,
    WireError,
    odd_keys_of,
    too_odd,
)


def _header() -> msgspec.msgpack.Decoder[tuple[str, int, Any]]:
    """Reads kind, number and tree: lists in lists, as deep as a value may be, and no maps.

    A map would be built while it is decoded, however many of its keys have one hash.
    """
    plain = bool | int | float | str | None
    tree: Any = plain
    for _ in range(MAX_DEPTH + 2):
        tree = plain | list[tree]
    return msgspec.msgpack.Decoder(tuple[str, int, tree])


_HEADER: Final = _header()


def read_message(read: Read, limits: Limits) -> Message:
    """Read one message; `read` fills a buffer exactly or raises.

    Raises WireError for a frame that breaks the rules, and whatever `read` raises.
    """
    prefix = bytearray(PREFIX.size)
    read(memoryview(prefix))
    header_size, payload_size = PREFIX.unpack(prefix)
    if header_size > limits.header or payload_size > limits.payload:
        raise WireError(f"a message of {header_size} + {payload_size} bytes is too large")
    header = bytearray(header_size)
    read(memoryview(header))
    try:
        kind, number, tree = _HEADER.decode(header)
    except (msgspec.MsgspecError, RecursionError, ValueError):
        raise WireError("a header is not readable") from None
    if len(kind) > 40:
        raise WireError("a header has no kind")
    reader = _Reader(read, payload_size, limits)
    value = reader.unpack(tree, 0)
    if reader.left:
        raise WireError("a payload is longer than its header says")
    return Message(kind, number, value)


class _Reader:
    """Builds a value from a header's tree, taking payload bytes as the tree asks for them."""

    def __init__(self, read: Read, size: int, limits: Limits) -> None:
        self.left = size
        self._read = read
        self._limits = limits
        self._texts = 0
        self._odd_keys = 0

    def unpack(self, node: object, depth: int) -> Any:
        if depth > self._limits.depth:
            raise WireError("a value is nested too deep")
        if node is None or type(node) in _AS_THEY_ARE:
            return node
        if type(node) is not list or not node:
            raise WireError("a value is of no known type")
        tag = node[0]
        build = _BUILDERS.get(tag) if type(tag) is str else None
        if build is None:
            raise WireError("a value has an unknown tag")
        return build(self, node[1:], depth + 1)

    def numbers(self, shape: list[Any], dtype: np.dtype[Any], each: int = 0) -> Any:
        """An array of this shape; of its bytes alone when `each` element takes that many."""
        if len(shape) > MAX_DIMS:
            raise WireError("an array has a rank that does not cross")
        for side in shape:
            if type(side) is not int or not 0 <= side < 2**40:
                raise WireError("an array has an impossible shape")
        size = math.prod(shape) * (each or dtype.itemsize)
        self._take(size)
        try:
            array = np.empty(size if each else shape, dtype)
        except (ValueError, MemoryError):
            raise WireError("an array has an impossible shape") from None
        if size:
            self._read(array.reshape(-1).view(np.uint8).data)
        return array

    def raw(self, items: list[Any]) -> bytearray:
        """The bytes of a text."""
        if len(items) != 1 or type(items[0]) is not int or items[0] < 0:
            raise WireError("a text has no length")
        self._take(items[0])
        self._texts += items[0]
        if self._texts > self._limits.texts:
            raise WireError("a message has more text than is accepted")
        raw = bytearray(items[0])
        self._read(memoryview(raw))
        return raw

    def count_odd_keys(self, items: list[Any]) -> None:
        self._odd_keys += odd_keys_of(items)
        if self._odd_keys > self._limits.odd_keys:
            raise WireError(too_odd(self._limits))

    def _take(self, size: int) -> None:
        if size > self.left:
            raise WireError("a header asks for more bytes than the payload has")
        self.left -= size


def _list(reader: _Reader, items: list[Any], depth: int) -> list[Any]:
    return [reader.unpack(item, depth) for item in items]


def _tuple(reader: _Reader, items: list[Any], depth: int) -> tuple[Any, ...]:
    return tuple(_list(reader, items, depth))


def _dict(reader: _Reader, items: list[Any], depth: int) -> dict[Any, Any]:
    if len(items) % 2:
        raise WireError("a dict has a key without a value")
    reader.count_odd_keys(items)
    values = _list(reader, items, depth)
    try:
        return dict(zip(values[::2], values[1::2], strict=True))
    except TypeError:
        raise WireError("a dict has a key that cannot be one") from None


def _array(reader: _Reader, items: list[Any], _depth: int) -> np.ndarray[Any, Any]:
    name, *shape = items or [None]
    if type(name) is not str or name not in DTYPES:
        raise WireError("an array has a dtype that does not cross")
    array: np.ndarray[Any, Any] = reader.numbers(shape, np.dtype(name))
    # A bool is one byte of any value on the wire; NumPy relies on its being 0 or 1.
    return np.asarray(array.view(np.uint8) != 0) if name == "bool" else array


def _scalar(reader: _Reader, items: list[Any], depth: int) -> object:
    return _array(reader, items, depth)[()]


def _tensor(reader: _Reader, items: list[Any], _depth: int) -> Any:
    name, grad, shape = (*items[:2], items[2:]) if len(items) > 1 else (None, None, [])
    if not TENSORS or type(name) is not str or name not in TENSORS[0].sizes:
        raise WireError("a tensor has a dtype that does not cross, or none may come")
    if type(grad) is not bool:
        raise WireError("a tensor does not say whether it requires grad")
    data = reader.numbers(shape, np.dtype(np.uint8), TENSORS[0].sizes[name])
    try:
        return TENSORS[0].build(name, grad, shape, data)
    except RuntimeError:  # of no elements, but of sides that multiply to too many
        raise WireError("a tensor has an impossible shape") from None


def _bytes(reader: _Reader, items: list[Any], _depth: int) -> bytes:
    return bytes(reader.raw(items))


def _text(reader: _Reader, items: list[Any], _depth: int) -> str:
    try:
        return reader.raw(items).decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        raise WireError("a text is not UTF-8") from None


def _complex(_reader: _Reader, items: list[Any], _depth: int) -> complex:
    if len(items) != 2 or any(type(part) is not float for part in items):
        raise WireError("a complex number has not two parts")
    return complex(items[0], items[1])


def _big(_reader: _Reader, items: list[Any], _depth: int) -> int:
    longest = DIGITS + len("-0x")
    if len(items) != 1 or type(items[0]) is not str or len(items[0]) > longest:
        raise WireError("a large integer is unreadable")
    try:
        return int(items[0], 16)
    except ValueError:
        raise WireError("a large integer is unreadable") from None


def _ref(_reader: _Reader, items: list[Any], _depth: int) -> Ref:
    if len(items) != 2 or type(items[0]) is not int or type(items[1]) is not str:
        raise WireError("a reference is unreadable")
    return Ref(items[0], items[1])


def _function(_reader: _Reader, items: list[Any], _depth: int) -> Function:
    if len(items) != 1 or type(items[0]) is not int:
        raise WireError("a function is unreadable")
    return Function(items[0])


_AS_THEY_ARE: Final = frozenset([bool, int, float, str])
_BUILDERS: Final[dict[str, Callable[[_Reader, list[Any], int], object]]] = {
    "l": _list,
    "t": _tuple,
    "d": _dict,
    "a": _array,
    "s": _scalar,
    "x": _tensor,
    "b": _bytes,
    "u": _text,
    "c": _complex,
    "i": _big,
    "r": _ref,
    "f": _function,
}
