"""Calls as values: how a call reads, and what is needed to make it again elsewhere."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from judge.results import Call

Take = str | int | None
Layout = Literal["C", "F", "transposed", "reversed", "strided"]
_SHOWN = 60  # characters of a text argument in a call
_SMALL = 10_000  # numbers, characters and other items of a call that may be kept beside the last
_KEPT = 50  # small calls of a test


class Elsewhere:
    """An argument that is not a plain value: kept in the worker, or a function of the test."""

    described: str
    known: Any = None  # the plain value it stands for, where the test knows it


class Recorded(Elsewhere):
    """A function handed to the student that runs in the trusted process and counts its calls."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self.described = "a function of the judge"
        self.calls = 0
        self._function = function

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        self.calls += 1
        return self._function(*args, **kwargs)


@dataclass(frozen=True)
class Made:
    """An object of the submission: what its class was called with, and what was set since."""

    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    settings: tuple[tuple[str, Any], ...] = ()


@dataclass(frozen=True)
class Exchange:
    """A call whose arguments the trusted side knows, and what came back.

    A call of an object's `method` has the name of the class for its function. With a cotangent
    the value is what `judge.objects.vjp` finds for the arguments `wrt`. With `written` the value is
    what that argument has become in `earlier` calls, of which this was the last.
    """

    function: str
    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    take: tuple[str | int, ...]
    value: Any
    made: Made | None = None
    method: str = ""
    cotangent: Any = None
    wrt: tuple[int | str, ...] = ()
    earlier: tuple[Exchange, ...] = ()
    written: Any = None


def is_numbers(value: Any) -> bool:
    """Whether a value is an array or, in a process that has torch, a tensor."""
    return isinstance(value, np.ndarray) or is_tensor(value)


def keep_small(kept: list[Exchange], exchange: Exchange) -> None:
    """Add a call to those of a test that take little memory, if it is one of them."""
    if len(kept) < _KEPT and is_small(exchange):
        kept.append(exchange)


def is_small(exchange: Exchange) -> bool:
    """Whether a call may be kept beside others: large ones would add up."""
    whole = (exchange.args, exchange.kwargs, exchange.value, exchange.cotangent)
    return _room_beside(whole, _SMALL) >= 0


def _room_beside(value: Any, room: int) -> int:
    """What is left of the room beside a value; no longer counted once it is below zero."""
    if isinstance(value, dict):
        return _room_beside(tuple(value), _room_beside(tuple(value.values()), room))
    if isinstance(value, list | tuple):
        for item in value:
            if room < 0:
                break
            room = _room_beside(item, room)
        return room
    if isinstance(value, str | bytes):
        return room - len(value)
    return room - (math.prod(value.shape) if is_numbers(value) else 1)


def is_tensor(value: Any) -> bool:
    """Whether a value is a tensor; never, in a process without torch."""
    torch = sys.modules.get("torch")
    return torch is not None and isinstance(value, torch.Tensor)


def is_float_tensor(value: Any) -> bool:
    """Whether a value is a tensor that can have a gradient."""
    return is_tensor(value) and bool(value.is_floating_point())


def describe_call(
    function: str, parameters: Sequence[str], args: Sequence[Any], kwargs: dict[str, Any]
) -> Call:
    """A call as the reader writes it, and a line for each kind of array that went in."""
    named = [
        (parameters[place] if place < len(parameters) else f"arg{place + 1}", value)
        for place, value in enumerate(args)
    ]
    words = [_argument(name, value) for name, value in named]
    words += [f"{name}={_short(value) or name}" for name, value in kwargs.items()]
    groups: dict[str, list[str]] = {}
    for name, value in [*named, *kwargs.items()]:
        if _short(value) is None:
            groups.setdefault(_kind(value), []).append(name)
    inputs = tuple(f"{', '.join(names)} {kind}" for kind, names in groups.items())
    return Call(text=f"{function}({', '.join(words)})", inputs=inputs)


def _argument(name: str, value: object) -> str:
    short = _short(value)
    return name if short is None else f"{name}={short}"


def _short(value: object) -> str | None:
    """How a small plain value is written; None for what is better called by its name."""
    if isinstance(value, np.generic):
        value = value.item()
    if value is None or isinstance(value, bool | int | float | str):
        text = repr(value)
        return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"
    return None


def _kind(value: Any) -> str:
    if is_numbers(value):
        return f"{str(value.dtype).removeprefix('torch.')} {tuple(value.shape)}"
    if isinstance(value, dict):
        return f"dict of {', '.join(str(key) for key in value)}"[:_SHOWN]
    if isinstance(value, Elsewhere):
        return value.described if value.known is None else _kind(value.known)
    return type(value).__name__


def path_of(take: Take) -> tuple[str | int, ...]:
    """The steps of a path: `"cache.L"` is `("cache", "L")`."""
    if take is None:
        return ()
    return (take,) if isinstance(take, int) else tuple(take.split("."))


def known(value: Any) -> Any:
    """`value` with Remotes replaced by what the test put there; None where that is not known."""
    try:
        return _resolved(value)
    except LookupError:
        return None


def _resolved(value: Any) -> Any:
    if isinstance(value, Elsewhere):
        if value.known is None:
            raise LookupError
        return value.known
    if isinstance(value, list):
        return [_resolved(item) for item in value]
    if isinstance(value, tuple):
        return tuple(_resolved(item) for item in value)
    if isinstance(value, dict):
        return {key: _resolved(item) for key, item in value.items()}
    return value


def shape_of(value: Any) -> object:
    """What a cost depends on: dtypes and shapes of arrays, and other values as they are."""
    if is_numbers(value):
        return (str(value.dtype), tuple(value.shape))
    if isinstance(value, list | tuple):
        return tuple(shape_of(item) for item in value)
    if isinstance(value, dict):
        return tuple((repr(key), shape_of(item)) for key, item in value.items())
    if isinstance(value, Elsewhere):
        return value.described
    return repr(value)
