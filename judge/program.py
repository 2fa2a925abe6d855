"""What a Student is made of and what it measures: a loaded program, a worker, figures."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

from judge.wire import Message


class Worker(Protocol):
    """What a Student needs of a sandbox's worker."""

    @property
    def charged(self) -> float: ...
    def ask(self, kind: str, value: dict[str, Any] | None, seconds: float) -> Message: ...
    def clear_peaks(self) -> None: ...
    def peaks(self) -> Any: ...


@dataclass(frozen=True)
class Program:
    """A submission made ready: what each worker loads, and what its functions are called with."""

    plan: dict[str, Any]  # opaque here: made by a worker, read by workers
    memory: int  # bytes a worker may allocate
    allowed: tuple[str, ...]  # packages it may import
    imports: tuple[str, ...]  # top-level names of the modules it imports
    parameters: dict[str, tuple[str, ...]]  # function -> names of its parameters
    returns: dict[str, tuple[str, ...]]  # function -> names of its results
    forbidden: tuple[str, ...] = ()  # dotted calls it must not make
    support: str = ""  # source of the challenge's own helpers


@dataclass(frozen=True)
class Measured:
    """A measured call. Bytes; peaks of the process are absolute, traced ones above the start."""

    value: Any
    seconds: float  # as the trusted process saw it, the transport of all values included
    traced_bytes: int
    resident_bytes: int
    virtual_bytes: int
    returned_bytes: int
    largest: int = 0  # elements of the largest tensor made: torch only
    find_line: Callable[[], str | None] = field(repr=False, default=lambda: None)
