"""Frames and values across the boundary between the trusted process and a worker.

A frame is `header length (u32), payload length (u64), header, payload`. The header is msgpack: a
kind, a number and one value; the bytes of its arrays and long texts follow in order as the payload.
Only a closed set of types crosses: None, bool, int, float, complex, str, bytes, list, tuple, dict,
NumPy arrays and scalars of plain numeric dtypes, torch tensors where a process carries them,
references to what stays in the worker, and names of functions that stay in the trusted process.
The reader bounds length, depth and bytes *before* it allocates, builds fresh base-class objects,
and calls nothing that belongs to the sender. No pickle.
"""

from __future__ import annotations

from judge.wire.packing import Packed, pack_message, write_message
from judge.wire.reading import read_message
from judge.wire.values import (
    AHEAD,
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
    Read,
    Ref,
    Tensors,
    WireError,
    Write,
    carry_tensors,
)

__all__ = [
    "AHEAD",
    "CHUNK",
    "DIGITS",
    "DTYPES",
    "INLINE",
    "MAX_DEPTH",
    "MAX_DIMS",
    "PREFIX",
    "SMALL",
    "TENSORS",
    "Function",
    "Keep",
    "Limits",
    "Message",
    "Packed",
    "Read",
    "Ref",
    "Tensors",
    "WireError",
    "Write",
    "carry_tensors",
    "pack_message",
    "read_message",
    "write_message",
]
