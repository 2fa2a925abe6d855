"""What crosses the boundary, and the bounds that a reader holds."""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

import numpy as np

_BITS: Final = {"int": (8, 16, 32, 64), "uint": (8, 16, 32, 64), "float": (16, 32, 64)}
DTYPES: Final = frozenset(
    ["bool", "complex64", "complex128"] + [f"{kind}{n}" for kind in _BITS for n in _BITS[kind]]
)
MAX_DEPTH: Final = 40
MAX_DIMS: Final = 32
INLINE: Final = 4096  # longer texts travel in the payload, as all bytes do
DIGITS: Final = 3500  # hexadecimal, of an integer: Python prints none of over 4300 decimal ones
PREFIX: Final = struct.Struct("<IQ")
SMALL: Final = 1 << 16  # bytes of payload that are worth copying to save a system call each
CHUNK: Final = 1 << 20  # bytes per write: a reply is never copied whole
AHEAD: Final = 1 << 16  # bytes per read of what is smaller

Keep = Callable[[object], "Ref"]
Read = Callable[[memoryview], None]
Write = Callable[[memoryview | bytes], None]


class WireError(Exception):
    """A frame that breaks the rules: too long, too deep, of a type that does not cross."""


class Tensors(Protocol):
    """How torch tensors cross: `judge.tensors`, in a process that has torch."""

    @property
    def sizes(self) -> Mapping[str, int]:
        """Of each dtype that crosses, the bytes of an element."""

    def carries(self, value: object) -> bool: ...
    def take_apart(self, value: Any) -> tuple[str, bool, Sequence[int], np.ndarray[Any, Any]]: ...
    def build(
        self, name: str, grad: bool, shape: Sequence[int], data: np.ndarray[Any, Any]
    ) -> Any: ...


TENSORS: Final[list[Tensors]] = []  # none, or the one of this process


def carry_tensors(tensors: Tensors) -> None:
    """From now on tensors cross. Without this, one is a type that does not."""
    TENSORS[:] = [tensors]


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


def too_odd(limits: Limits) -> str:
    return f"more than {limits.odd_keys} keys of dicts are neither texts nor plain numbers"


def odd_keys_of(items: list[Any]) -> int:
    """Among the keys of a dict, as nodes: those that are neither short texts nor plain numbers.

    Tuples, complex numbers and large integers by the thousand may all share one hash; to put them
    into a dict would then take minutes, without a look at the clock.
    """
    return sum(type(key) is list for key in items[::2])
