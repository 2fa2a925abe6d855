"""Frames and values across the boundary between the trusted process and a worker.

A frame is `header length (u32), payload length (u64), header, payload`. The header is msgpack: a
kind, a number and one value; the bytes of its arrays and long texts follow in order as the payload.
Only a closed set of types crosses: None, bool, int, float, complex, str, bytes, list, tuple, dict,
NumPy arrays and scalars of plain numeric dtypes, references to what stays in the worker, and names
of functions that stay in the trusted process. The reader bounds length, depth and bytes *before* it
allocates, builds fresh base-class objects, and calls nothing that belongs to the sender. No pickle.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec
import numpy as np

_BITS: Final = {"int": (8, 16, 32, 64), "uint": (8, 16, 32, 64), "float": (16, 32, 64)}
DTYPES: Final = frozenset(
    ["bool", "complex64", "complex128"] + [f"{kind}{n}" for kind in _BITS for n in _BITS[kind]]
)
MAX_DEPTH: Final = 40
MAX_DIMS: Final = 32
INLINE: Final = 4096  # longer texts and bytes travel in the payload
DIGITS: Final = 3500  # hexadecimal, of an integer: Python prints none of over 4300 decimal ones
PREFIX: Final = struct.Struct("<IQ")
SMALL: Final = 1 << 16  # bytes of payload that are worth copying to save a system call each
CHUNK: Final = 1 << 20  # bytes per write: a reply is never copied whole

Keep = Callable[[object], "Ref"]
Read = Callable[[memoryview], None]
Write = Callable[[memoryview | bytes], None]


class WireError(Exception):
    """A frame that breaks the rules: too long, too deep, of a type that does not cross."""


@dataclass(frozen=True, slots=True)
class Ref:
    """Something that stays in the worker: its number there and the name of its type."""

    id: int
    type: str


@dataclass(frozen=True, slots=True)
class Function:
    """A function that stays in the trusted process; the worker calls it by this number."""

    id: int


@dataclass(frozen=True, slots=True)
class Limits:
    """What a reader accepts: by default, what the trusted process accepts of a worker.

    What it accepts it can send back, a few levels deeper, in the arguments of another call.
    """

    header: int = 1 << 20  # bytes
    payload: int = 1 << 30  # bytes
    texts: int = 32 << 20  # bytes of the payload: decoded, a text may take four times as much
    depth: int = 30  # levels of nesting, at most MAX_DEPTH
    odd_keys: int = 1000  # keys of dicts whose hashes their sender can make equal


@dataclass(frozen=True, slots=True)
class Message:
    kind: str
    number: int
    value: Any


@dataclass(slots=True)
class Packed:
    """A message on its way out: its header, and the buffers of its payload."""

    keep: Keep | None = None
    header: bytes = b""
    buffers: list[np.ndarray[Any, Any] | bytes] = field(default_factory=list)
    size: int = 0
    texts: int = 0
    depth: int = 0
    odd_keys: int = 0

    def add(self, buffer: np.ndarray[Any, Any] | bytes) -> None:
        self.buffers.append(buffer)
        if isinstance(buffer, np.ndarray):
            self.size += buffer.nbytes
        else:
            self.size += len(buffer)
            self.texts += len(buffer)

    def fault(self, limits: Limits) -> str | None:
        """Why a reader with these limits would refuse it; None when it would not."""
        if len(self.header) > limits.header or self.size > limits.payload:
            return "a result too large to hand over; many numbers belong in an array, not in a list"
        if self.texts > limits.texts:
            return f"texts of {self.texts} bytes are too long to hand over"
        if self.depth > limits.depth:
            return f"a value is nested deeper than {limits.depth}"
        return _too_odd(limits) if self.odd_keys > limits.odd_keys else None

    def write(self, write: Write) -> None:
        """Send it: a small message in one piece, a large array chunk by chunk."""
        start = PREFIX.pack(len(self.header), self.size) + self.header
        chunks = (chunk for buffer in self.buffers for chunk in _chunks(buffer))
        if self.size <= SMALL:
            write(b"".join([start, *chunks]))
            return
        write(start)
        for chunk in chunks:
            write(chunk)


def _too_odd(limits: Limits) -> str:
    return f"more than {limits.odd_keys} keys of dicts are neither texts nor plain numbers"


def _odd_keys(items: list[Any]) -> int:
    """Among the keys of a dict, as nodes: those that are neither short texts nor plain numbers.

    Tuples, complex numbers and large integers by the thousand may all share one hash; to put them
    into a dict would then take minutes, without a look at the clock.
    """
    return sum(type(key) is list for key in items[::2])


# --- writing ----------------------------------------------------------------------------------


def write_message(message: Message, write: Write, *, keep: Keep | None = None) -> None:
    """Send one message, as `pack_message` packs it."""
    pack_message(message, keep=keep).write(write)


def pack_message(message: Message, *, keep: Keep | None = None) -> Packed:
    """Make one message ready to send. `keep` turns an object that cannot travel into a Ref.

    Raises WireError when the value is nested too deep, or holds such an object and there is no
    `keep`; and whatever methods of a value of no plain type raise.
    """
    packed = Packed(keep)
    tree = _pack(message.value, packed, 0)
    packed.header = msgspec.msgpack.encode((message.kind, message.number, tree))
    return packed


def _pack(value: object, packed: Packed, depth: int) -> object:
    if depth > MAX_DEPTH:
        raise WireError(f"a value is nested deeper than {MAX_DEPTH}")
    packed.depth = max(packed.depth, depth)
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, np.generic | np.ndarray):
        return _pack_array(value, packed)
    if isinstance(value, int | float | complex | str | bytes):
        return _pack_scalar(value, packed)
    if isinstance(value, list | tuple | dict):
        return _pack_container(value, packed, depth)
    if isinstance(value, Ref):
        return ["r", value.id, value.type]
    if isinstance(value, Function):
        return ["f", value.id]
    return _pack_kept(value, packed)


def _pack_scalar(value: complex | str | bytes, packed: Packed) -> object:
    if isinstance(value, int):
        number = int(value)
        if number.bit_length() > 4 * DIGITS:
            raise WireError(f"an integer of more than {DIGITS} hexadecimal digits is too large")
        return number if -(2**63) <= number < 2**63 else ["i", hex(number)]
    if isinstance(value, float):
        return float(value)
    if isinstance(value, complex):
        return ["c", float(value.real), float(value.imag)]
    if isinstance(value, bytes):
        if len(value) <= INLINE:
            return bytes(value)
        packed.add(bytes(value))
        return ["b", len(value)]
    raw = str(value).encode("utf-8", "surrogatepass")
    if len(raw) <= INLINE and not _has_surrogates(value):
        return str(value)
    packed.add(raw)
    return ["u", len(raw)]


def _has_surrogates(text: str) -> bool:
    return any("\ud800" <= char <= "\udfff" for char in text)


def _pack_container(
    value: list[Any] | tuple[Any, ...] | dict[Any, Any], packed: Packed, depth: int
) -> object:
    if isinstance(value, dict):
        flat = [_pack(item, packed, depth + 1) for pair in value.items() for item in pair]
        packed.odd_keys += _odd_keys(flat)
        return ["d", *flat]
    tag = "l" if isinstance(value, list) else "t"
    return [tag, *(_pack(item, packed, depth + 1) for item in value)]


def _pack_array(value: np.generic | np.ndarray[Any, Any], packed: Packed) -> object:
    array = np.asarray(value)
    if array.dtype.name not in DTYPES or array.ndim > MAX_DIMS:
        return _pack_kept(value, packed)
    if not array.dtype.isnative:
        array = array.astype(array.dtype.newbyteorder("="))
    packed.add(array)
    tag = "a" if isinstance(value, np.ndarray) else "s"
    return [tag, array.dtype.name, *array.shape]


def _pack_kept(value: object, packed: Packed) -> object:
    if packed.keep is None:
        raise WireError(f"a {type(value).__name__} cannot travel to the submission")
    kept = packed.keep(value)
    return ["r", kept.id, kept.type]


def _chunks(buffer: np.ndarray[Any, Any] | bytes) -> Iterator[memoryview | bytes]:
    if isinstance(buffer, bytes):
        yield buffer
    elif buffer.size and buffer.flags.c_contiguous:
        flat = buffer.reshape(-1).view(np.uint8).data
        for start in range(0, len(flat), CHUNK):
            yield flat[start : start + CHUNK]
    elif buffer.size:  # in C order, a buffer's worth at a time
        size = max(1, CHUNK // buffer.itemsize)
        flags = ["external_loop", "buffered", "zerosize_ok"]
        with np.nditer(buffer, flags=flags, order="C", buffersize=size) as blocks:  # type: ignore[call-overload]  # the stubs list flags as literals
            for block in blocks:
                yield block.tobytes()


# --- reading ----------------------------------------------------------------------------------


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
        self._odd_keys += _odd_keys(items)
        if self._odd_keys > self._limits.odd_keys:
            raise WireError(_too_odd(self._limits))
        values = [self.unpack(item, depth) for item in items]
        try:
            return dict(zip(values[::2], values[1::2], strict=True))
        except TypeError:
            raise WireError("a dict has a key that cannot be one") from None

    def _array(self, items: list[Any]) -> np.ndarray[Any, Any]:
        name, *shape = items or [None]
        if type(name) is not str or name not in DTYPES or len(shape) > MAX_DIMS:
            raise WireError("an array has a dtype or rank that does not cross")
        if any(type(side) is not int or not 0 <= side < 2**40 for side in shape):
            raise WireError("an array has an impossible shape")
        dtype = np.dtype(name)
        size = math.prod(shape) * dtype.itemsize
        self._take(size)
        try:
            array = np.empty(shape, dtype)
        except (ValueError, MemoryError):
            raise WireError("an array has an impossible shape") from None
        if size:
            self._read(array.reshape(-1).view(np.uint8).data)
        return _clean_bool(array) if name == "bool" else array

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
