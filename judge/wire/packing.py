"""Making a message ready to send."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec
import numpy as np

from judge.wire.values import (
    CHUNK,
    DIGITS,
    DTYPES,
    INLINE,
    MAX_DEPTH,
    MAX_DIMS,
    PREFIX,
    SMALL,
    TENSORS,
    Function,
    Keep,
    Limits,
    Message,
    Ref,
    WireError,
    Write,
    odd_keys_of,
    too_odd,
)


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
        return too_odd(limits) if self.odd_keys > limits.odd_keys else None

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
    if depth > packed.depth:
        if depth > MAX_DEPTH:
            raise WireError(f"a value is nested deeper than {MAX_DEPTH}")
        packed.depth = depth
    return (_PACKERS.get(type(value)) or _packer(value))(value, packed, depth)


def _packer(value: object) -> _Packer:
    """How a value of a derived type, or of one that does not cross, is packed."""
    packers = (pack for kind, pack in _PACKERS.items() if isinstance(value, kind))
    return next(packers, _pack_other)


def _pack_same(value: object, _packed: Packed, _depth: int) -> object:
    return value


def _pack_int(value: int, _packed: Packed, _depth: int) -> object:
    number = int(value)
    if number.bit_length() > 4 * DIGITS:
        raise WireError(f"an integer of more than {DIGITS} hexadecimal digits is too large")
    return number if -(2**63) <= number < 2**63 else ["i", hex(number)]


def _pack_float(value: float, _packed: Packed, _depth: int) -> object:
    return float(value)


def _pack_complex(value: complex, _packed: Packed, _depth: int) -> object:
    return ["c", float(value.real), float(value.imag)]


def _pack_bytes(value: bytes, packed: Packed, _depth: int) -> object:
    packed.add(bytes(value))
    return ["b", len(value)]


def _pack_text(value: str, packed: Packed, _depth: int) -> object:
    text = str(value)
    raw = text.encode("utf-8", "surrogatepass")
    if len(raw) <= INLINE and (len(raw) == len(text) or not _has_surrogates(text)):
        return text
    packed.add(raw)
    return ["u", len(raw)]


def _has_surrogates(text: str) -> bool:
    return any("\ud800" <= char <= "\udfff" for char in text)


def _pack_list(value: list[Any], packed: Packed, depth: int) -> object:
    return ["l", *[_pack(item, packed, depth + 1) for item in value]]


def _pack_tuple(value: tuple[Any, ...], packed: Packed, depth: int) -> object:
    return ["t", *[_pack(item, packed, depth + 1) for item in value]]


def _pack_dict(value: dict[Any, Any], packed: Packed, depth: int) -> object:
    flat = [_pack(item, packed, depth + 1) for pair in value.items() for item in pair]
    packed.odd_keys += odd_keys_of(flat)
    return ["d", *flat]


def _pack_numbers(value: np.generic | np.ndarray[Any, Any], packed: Packed, _depth: int) -> object:
    array = np.asarray(value)
    if not array.dtype.isnative:
        array = array.astype(array.dtype.newbyteorder("="))
    name = _NAMES.get(array.dtype)
    if name is None or array.ndim > MAX_DIMS:
        return _pack_kept(value, packed)
    packed.add(array)
    return ["a" if isinstance(value, np.ndarray) else "s", name, *array.shape]


def _pack_ref(value: Ref, _packed: Packed, _depth: int) -> object:
    return ["r", value.id, value.type]


def _pack_function(value: Function, _packed: Packed, _depth: int) -> object:
    return ["f", value.id]


def _pack_other(value: object, packed: Packed, _depth: int) -> object:
    if TENSORS and TENSORS[0].carries(value):
        name, grad, shape, data = TENSORS[0].take_apart(value)
        packed.add(data)
        return ["x", name, grad, *shape]
    return _pack_kept(value, packed)


_Packer = Callable[[Any, Packed, int], object]
# Found by a value's own type, else by the first that it is derived from: a float64 is a float too.
_PACKERS: Final[dict[type, _Packer]] = {
    type(None): _pack_same,
    bool: _pack_same,
    np.ndarray: _pack_numbers,
    np.generic: _pack_numbers,
    int: _pack_int,
    float: _pack_float,
    complex: _pack_complex,
    str: _pack_text,
    bytes: _pack_bytes,
    list: _pack_list,
    tuple: _pack_tuple,
    dict: _pack_dict,
    Ref: _pack_ref,
    Function: _pack_function,
}
_NAMES: Final = {np.dtype(name): name for name in DTYPES}


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
