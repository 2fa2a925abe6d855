"""Reading a message, from whoever it comes."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import msgspec
import numpy as np

from judge.wire.values import (
    DIGITS,
    DTYPES,
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
        parts = msgspec.msgpack.decode(header)
    except (msgspec.MsgspecError, RecursionError, ValueError):
        raise WireError("a header is not readable") from None
    if type(parts) is not list or len(parts) != 3:
        raise WireError("a header has not three parts")
    kind, number, tree = parts
    if type(kind) is not str or type(number) is not int or len(kind) > 40:
        raise WireError("a header has no kind and number")
    reader = _Reader(read, payload_size, limits)
    value = reader.unpack(tree, 0)
    if reader.left:
        raise WireError("a payload is longer than its header says")
    return Message(kind, number, value)


class _Reader:
    """Builds a value from a header's tree, taking payload bytes as the tree asks for them."""

    def __init__(self, read: Read, size: int, limits: Limits) -> None:
        self._read = read
        self.left = size
        self._limits = limits
        self._texts = 0
        self._odd_keys = 0
        self._tags: dict[str, Callable[[list[Any], int], object]] = {
            "l": lambda items, depth: [self.unpack(item, depth) for item in items],
            "t": lambda items, depth: tuple(self.unpack(item, depth) for item in items),
            "d": self._dict,
            "a": lambda items, _: self._array(items),
            "s": lambda items, _: self._array(items)[()],
            "x": lambda items, _: self._tensor(items),
            "b": lambda items, _: bytes(self._bytes(items)),
            "u": lambda items, _: self._text(items),
            "c": lambda items, _: self._complex(items),
            "i": lambda items, _: self._big(items),
            "r": lambda items, _: self._ref(items),
            "f": lambda items, _: self._function(items),
        }

    def unpack(self, node: object, depth: int) -> Any:
        if depth > self._limits.depth:
            raise WireError("a value is nested too deep")
        if node is None or type(node) in (bool, int, float, str, bytes):
            return node
        if type(node) is not list or not node:
            raise WireError("a value is of no known type")
        tag = node[0]
        build = self._tags.get(tag) if type(tag) is str else None
        if build is None:
            raise WireError("a value has an unknown tag")
        return build(node[1:], depth + 1)

    def _dict(self, items: list[Any], depth: int) -> dict[Any, Any]:
        if len(items) % 2:
            raise WireError("a dict has a key without a value")
        self._odd_keys += odd_keys_of(items)
        if self._odd_keys > self._limits.odd_keys:
            raise WireError(too_odd(self._limits))
        values = [self.unpack(item, depth) for item in items]
        try:
            return dict(zip(values[::2], values[1::2], strict=True))
        except TypeError:
            raise WireError("a dict has a key that cannot be one") from None

    def _array(self, items: list[Any]) -> np.ndarray[Any, Any]:
        name, *shape = items or [None]
        if type(name) is not str or name not in DTYPES:
            raise WireError("an array has a dtype that does not cross")
        array = self._numbers(shape, np.dtype(name))
        return _clean_bool(array) if name == "bool" else array

    def _tensor(self, items: list[Any]) -> Any:
        name, grad, shape = (*items[:2], items[2:]) if len(items) > 1 else (None, None, [])
        if not TENSORS or type(name) is not str or name not in TENSORS[0].sizes:
            raise WireError("a tensor has a dtype that does not cross, or none may come")
        if type(grad) is not bool:
            raise WireError("a tensor does not say whether it requires grad")
        data = self._numbers(shape, np.dtype(np.uint8), TENSORS[0].sizes[name])
        return TENSORS[0].build(name, grad, shape, data)

    def _numbers(self, shape: list[Any], dtype: np.dtype[Any], each: int = 0) -> Any:
        """An array of this shape; of its bytes alone when `each` element takes that many."""
        if len(shape) > MAX_DIMS:
            raise WireError("an array has a rank that does not cross")
        if any(type(side) is not int or not 0 <= side < 2**40 for side in shape):
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

    def _take(self, size: int) -> None:
        if size > self.left:
            raise WireError("a header asks for more bytes than the payload has")
        self.left -= size

    def _bytes(self, items: list[Any]) -> bytearray:
        if len(items) != 1 or type(items[0]) is not int or items[0] < 0:
            raise WireError("a text has no length")
        self._take(items[0])
        self._texts += items[0]
        if self._texts > self._limits.texts:
            raise WireError("a message has more text than is accepted")
        raw = bytearray(items[0])
        self._read(memoryview(raw))
        return raw

    def _text(self, items: list[Any]) -> str:
        try:
            return self._bytes(items).decode("utf-8", "surrogatepass")
        except UnicodeDecodeError:
            raise WireError("a text is not UTF-8") from None

    def _complex(self, items: list[Any]) -> complex:
        if len(items) != 2 or any(type(part) is not float for part in items):
            raise WireError("a complex number has not two parts")
        return complex(items[0], items[1])

    def _big(self, items: list[Any]) -> int:
        longest = DIGITS + len("-0x")
        if len(items) != 1 or type(items[0]) is not str or len(items[0]) > longest:
            raise WireError("a large integer is unreadable")
        try:
            return int(items[0], 16)
        except ValueError:
            raise WireError("a large integer is unreadable") from None

    def _ref(self, items: list[Any]) -> Ref:
        if len(items) != 2 or type(items[0]) is not int or type(items[1]) is not str:
            raise WireError("a reference is unreadable")
        return Ref(items[0], items[1])

    def _function(self, items: list[Any]) -> Function:
        if len(items) != 1 or type(items[0]) is not int:
            raise WireError("a function is unreadable")
        return Function(items[0])


def _clean_bool(array: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """A bool is one byte of any value on the wire; NumPy relies on its being 0 or 1."""
    return np.asarray(array.view(np.uint8) != 0)
