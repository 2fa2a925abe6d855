"""The parts of a wrong value: its arrays by name, each beside the right one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from judge.diagnosis.likeness import (
    ROUNDING,
    Array,
    errors,
    floor_of,
    largest,
    numbers,
    rounding,
    wide,
)

FAR = 100  # roundings: what is off by more is wrong, what is off by at most one is right
DISTINCT = 4  # numbers that a part must have, to be told from another by them
_TILES = ("tile_size", "block_size", "tile", "block", "chunk_size")  # arguments that cut the rows


@dataclass(frozen=True)
class Facts:
    """What is known of a call. `wrt` is there when the value holds gradients of these arguments."""

    shape: tuple[int, ...] = ()  # of its first array
    tile: int | None = None  # rows in a tile
    returns: tuple[str, ...] = ()  # names of a tuple's items
    wrt: tuple[str, ...] | None = None


def facts_of(
    arguments: Mapping[str, Any], returns: Sequence[str], wrt: Sequence[str] | None
) -> Facts:
    """The facts of a call, from its arguments by name and in order."""
    found = (numbers(value) for value in arguments.values())
    first = next((array for array in found if array is not None and array.ndim), None)
    sizes = [arguments[name] for name in _TILES if isinstance(arguments.get(name), int)]
    return Facts(
        shape=first.shape if first is not None else (),
        tile=sizes[0] if sizes and sizes[0] > 0 else None,
        returns=tuple(returns),
        wrt=None if wrt is None else tuple(wrt),
    )


@dataclass(frozen=True)
class Part:
    """An array of the right value, and what stands in its place; None where no numbers do."""

    name: str  # empty for a value that is one array
    wrong: Array | None
    right: Array
    dtype: str  # float32 or float64, whose rounding both have; another name for other types
    floor: float  # the scale of arrays that are zero but for rounding

    @property
    def of(self) -> str:
        return f" of {self.name}" if self.name else ""

    @property
    def same_form(self) -> bool:
        return self.wrong is not None and self.wrong.shape == self.right.shape

    @property
    def is_plain(self) -> bool:
        """Whether both are finite real numbers."""
        return all(
            array is not None and array.dtype.kind != "c" and bool(np.isfinite(array).all())
            for array in (self.wrong, self.right)
        )

    @cached_property
    def scale(self) -> float:
        return max(largest(self.right), self.floor) or 1.0

    @cached_property
    def errors(self) -> Array:
        """How far each number is off, in roundings of the largest; of parts in the same form."""
        assert self.wrong is not None  # noqa: S101  it would be in another form
        return errors(self.right, self.wrong) / (rounding(self.right, self.wrong) * self.scale)

    @cached_property
    def is_right(self) -> bool:
        return self.same_form and bool(np.all(self.errors <= 1))

    @property
    def is_telling(self) -> bool:
        """Whether it is wrong by far, and has a few distinct numbers to tell it by."""
        few = np.unique(wide(self.right)).size < DISTINCT
        return not few and (not self.same_form or bool(np.any(self.errors > FAR)))

    def equals(self, other: Array) -> bool:
        """Whether what was returned is this array, to rounding."""
        return replace(self, right=other).is_right


def parts_of(wrong: Any, right: Any, facts: Facts) -> Iterator[Part]:
    """The arrays of the right value, each with what the student has there."""
    floor = floor_of(right)
    if facts.wrt is not None:
        wrong, right = _gradients(wrong, facts.wrt), _gradients(right, facts.wrt)
    elif isinstance(right, list | tuple) and len(right) == len(facts.returns):
        given = wrong if isinstance(wrong, list | tuple) else ()
        wrong = dict(zip(facts.returns, given, strict=False))
        right = dict(zip(facts.returns, right, strict=True))
    yield from _leaves(wrong, right, "", floor)


def _gradients(value: Any, wrt: Sequence[str]) -> dict[str, Any]:
    """What `judge.objects.vjp` found, by what it is called; without gradients that are missing."""
    named = dict(zip(wrt, value["gradients"], strict=False)) | value["parameters"]
    gradients = {f"the gradient of {name}": item for name, item in named.items()}
    found = {"the result": value["value"], **gradients}
    return {name: item for name, item in found.items() if item is not None}


def _leaves(wrong: Any, right: Any, name: str, floor: float) -> Iterator[Part]:
    if isinstance(right, dict):
        given = wrong if isinstance(wrong, dict) else {}
        for key, item in right.items():
            inner = f"{name}.{key}" if name else str(key)
            yield from _leaves(given.get(key), item, inner, floor)
    elif isinstance(right, list | tuple):
        same = isinstance(wrong, list | tuple) and len(wrong) == len(right)
        for place, item in enumerate(right):
            inner = f"{name}.{place}" if name else f"item {place + 1}"
            yield from _leaves(wrong[place] if same else None, item, inner, floor)
    elif (array := numbers(right)) is not None and array.size:
        yield Part(name, numbers(wrong), array, _coarser(wrong, right), floor)


def _coarser(wrong: Any, right: Any) -> str:
    """The dtype that sets the rounding of two values; "other" where there is no rule for it."""
    names = [str(getattr(v, "dtype", "float64")).removeprefix("torch.") for v in (wrong, right)]
    names = ["float64" if "int" in name else name for name in names]
    if not ROUNDING.keys() >= set(names):
        return "other"
    return max(names, key=lambda name: ROUNDING[name])


def moves_only_wrong(mine: Sequence[Part], theirs: Sequence[Part]) -> bool:
    """Whether a mistake moves some number, and none that the student has right.

    Both are parts of one right value, in the same order.
    """
    for one, other in zip(mine, theirs, strict=True):
        if not other.same_form:
            continue
        if not one.same_form or bool(np.any((one.errors > FAR) & (other.errors <= 1))):
            return False
    return not all(one.is_right for one in mine)
