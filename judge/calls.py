"""Calls as values: how a call reads, and what is needed to make it again elsewhere."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

import numpy as np

from judge.paths import SUPPORT
from judge.results import Call

Kind = Literal["call", "vjp", "put", "part", "set", "state", "seed"]
Take = str | int | None
Layout = Literal["C", "F", "transposed", "reversed", "strided"]
_SHOWN = 60  # characters of a text argument in a call
_SMALL = 10_000  # numbers, characters and other items of a call that may be kept beside the last
_KEPT = 50  # small calls of a test


@dataclass(frozen=True)
class Kept:
    """What stays in the worker, by the number of the step that gave it."""

    number: int


class Elsewhere:
    """An argument that is not a plain value: kept in the worker, or a function of the test."""

    described: str
    known: Any = None  # the plain value it stands for, where the test knows it
    kept: Kept | None = None  # None for what no other code can be made to give


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
class Step:
    """A request of a test to its worker, as it can be made again elsewhere.

    What stays in the worker is a `Kept` in it, and goes by the step's own `number` afterwards. A
    call of an `owner` has the name of the method. With a cotangent the value is what
    `judge.objects.vjp` finds for the arguments `wrt`.
    """

    kind: Kind
    name: str = ""
    args: tuple[Any, ...] = ()
    kwargs: dict[str, Any] = field(default_factory=dict)
    owner: Any = None
    take: tuple[str | int, ...] = ()
    cotangent: Any = None
    wrt: tuple[int | str, ...] = ()
    number: int = 0


@dataclass(frozen=True)
class Exchange:
    """A value that came back, and all requests that had a part in it.

    It stands at `take` in what the step `of` gave, as that is after the last step.
    """

    steps: tuple[Step, ...]
    take: tuple[str | int, ...]
    value: Any
    of: int = 0

    @property
    def source(self) -> Step:
        """The step whose result the value is a part of: of a part that was kept, the whole."""
        return self._way[-1]

    @property
    def path(self) -> tuple[str | int, ...]:
        """The way from the result of the source to the value."""
        return (*(key for step in reversed(self._way) for key in step.take), *self.take)

    @cached_property
    def _way(self) -> list[Step]:
        """The step that gave what the value is read from, and those of which that was a part."""
        steps = {step.number: step for step in self.steps}
        way = [steps[self.of]]
        while way[-1].kind == "part":
            way.append(steps[way[-1].owner.number])
        return way

    @property
    def is_returned(self) -> bool:
        """Whether it is as a call returned it; else it is what became of something kept."""
        since = [step for step in self.steps if step.number > self.source.number]
        return all(step.kind == "part" for step in since)

    @property
    def has_gradients(self) -> bool:
        return any(step.kind == "vjp" for step in self.steps)

    @cached_property
    def functions(self) -> frozenset[str]:
        """The functions and classes of the submission that were called."""
        called = {s.name for s in self.steps if s.kind in ("call", "vjp") and s.owner is None}
        return frozenset(name for name in called if not name.startswith(SUPPORT))

    @property
    def given(self) -> list[Any]:
        """All that went in."""
        return [(step.args, step.kwargs) for step in self.steps]

    def plain(self, value: Any) -> Any:
        """`value` with what the test has put into the worker in place of where it is."""
        put = {step.number: step.args[0] for step in self.steps if step.kind == "put"}
        return exchanged(value, Kept, lambda kept: put.get(kept.number, kept))


def is_numbers(value: Any) -> bool:
    """Whether a value is an array or, in a process that has torch, a tensor."""
    return isinstance(value, np.ndarray) or is_tensor(value)


def keep_small(kept: list[Exchange], exchange: Exchange) -> None:
    """Add a call to those of a test that take little memory, if it is one of them."""
    if len(kept) < _KEPT and is_small(exchange):
        kept.append(exchange)


def is_small(exchange: Exchange) -> bool:
    """Whether a call may be kept beside others: large ones would add up."""
    whole = (exchange.given, exchange.value, [step.cotangent for step in exchange.steps])
    return room_beside(whole, _SMALL) >= 0


def room_beside(value: Any, room: int) -> int:
    """What is left of the room beside a value; no longer counted once it is below zero."""
    if isinstance(value, dict):
        return room_beside(tuple(value), room_beside(tuple(value.values()), room))
    if isinstance(value, list | tuple):
        for item in value:
            if room < 0:
                break
            room = room_beside(item, room)
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


def exchanged(value: Any, kind: type, other: Callable[[Any], Any]) -> Any:
    """`value` with all of this kind in it exchanged for others."""
    if isinstance(value, kind):
        return other(value)
    if isinstance(value, list):
        return [exchanged(item, kind, other) for item in value]
    if isinstance(value, tuple):
        return tuple([exchanged(item, kind, other) for item in value])
    if isinstance(value, dict):
        return {key: exchanged(item, kind, other) for key, item in value.items()}
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
