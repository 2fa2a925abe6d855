"""Comparing the values of two codes, measured by what other roundings alone may change."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import reduce
from typing import Any

import numpy as np

from judge.calls import is_numbers

# Of the largest number: right code, or other code with the same mistake, differs by less.
ROUNDING = {"float64": 1e-9, "float32": 1e-4}
EFFECT = {"float64": 1e-6, "float32": 1e-3}  # of the largest number: a mistake moves it by more
_SMALL = 1e-3  # of the largest number: what is below may be rounding, and is measured by this
_TELLING = 3  # distinct numbers that a value needs: zeros, NaN or tokens come from many mistakes
_LOOKED_AT = 1000  # numbers of an array among which distinct ones are sought

Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Gap:
    """How far two values are apart, at the worst of their arrays."""

    share: float = 0.0  # of the largest number of the array
    roundings: float = 0.0  # the same, measured by what rounding may change
    effects: float = 0.0  # the same, measured by what a mistake changes at least

    def or_wider(self, other: Gap) -> Gap:
        """The worse of each."""
        return Gap(
            max(self.share, other.share),
            max(self.roundings, other.roundings),
            max(self.effects, other.effects),
        )


_OTHER = Gap(math.inf, math.inf, math.inf)


def apart(mine: Any, theirs: Any, floor: float) -> Gap:
    """How far the author's value is from the student's, relative to the largest number.

    Infinitely where they differ in kind or shape, or NaN and infinities are in other places. Dicts
    of theirs may have more. What is far below `floor` counts as zero.
    """
    if isinstance(mine, dict):
        known = isinstance(theirs, dict) and mine.keys() <= theirs.keys()
        pairs = [(mine[key], theirs[key]) for key in mine] if known else None
    elif isinstance(mine, list | tuple):
        known = isinstance(theirs, list | tuple) and len(mine) == len(theirs)
        pairs = list(zip(mine, theirs, strict=True)) if known else None
    else:
        return _apart(mine, theirs, floor)
    if pairs is None:
        return _OTHER
    return reduce(Gap.or_wider, (apart(a, b, floor) for a, b in pairs), Gap())


def _apart(mine: Any, theirs: Any, floor: float) -> Gap:
    a, b = numbers(mine), numbers(theirs)
    if a is None or b is None:
        return Gap() if type(mine) is type(theirs) and np.array_equal(mine, theirs) else _OTHER
    if a.shape != b.shape:
        return _OTHER
    share = float(np.max(errors(a, b), initial=0.0)) / (max(largest(a), floor) or 1.0)
    return Gap(share, share / rounding(a, b), share / effect(a, b))


def errors(mine: Array, theirs: Array) -> Array:
    """How far each number is from the other; infinite where only one of them is NaN or infinite."""
    a, b = wide(mine), wide(theirs)
    with np.errstate(all="ignore"):
        same = (a == b) | (np.isnan(a) & np.isnan(b))
        difference = np.abs(a - b)
    return np.where(same, 0.0, np.where(np.isnan(difference), np.inf, difference))


def rounding(*arrays: Array) -> float:
    """What rounding may change, relative to the largest number: that of the coarsest dtype."""
    return max(ROUNDING.get(array.dtype.name, ROUNDING["float64"]) for array in arrays)


def effect(*arrays: Array) -> float:
    """What a mistake changes at least, relative to the largest number."""
    return max(EFFECT.get(array.dtype.name, EFFECT["float64"]) for array in arrays)


def floor_of(value: Any) -> float:
    """What is far below the largest number may be zero but for rounding: see `apart`."""
    return max((largest(array) for array in arrays(value)), default=0.0) * _SMALL


def largest(array: Array) -> float:
    """The largest finite size in an array, 0 if there is none."""
    return float(np.max(np.abs(wide(array[np.isfinite(array)])), initial=0.0))


def tells(value: Any, *, whole: bool = False) -> bool:
    """Whether a value has a few distinct numbers; integers count only where `whole` says so.

    Tokens, places and counts have few values each, so that another mistake may give the same.
    """
    seen: set[Any] = set()
    for array in (a for a in arrays(value) if whole or has_fractions(a)):
        finite = array[np.isfinite(array)]
        seen.update(finite[:: finite.size // _LOOKED_AT + 1].tolist())
    return len(seen) >= _TELLING


def has_fractions(value: Any) -> bool:
    """Whether some of its numbers are of a type that is not for integers alone."""
    return any(array.dtype.kind in "fc" for array in arrays(value))


def arrays(value: Any) -> Iterator[Array]:
    """The arrays of numbers in a value, single numbers included; empty ones are left out."""
    if isinstance(value, dict):
        yield from arrays(list(value.values()))
    elif isinstance(value, list | tuple):
        for item in value:
            yield from arrays(item)
    elif (array := numbers(value)) is not None and array.size:
        yield array


def numbers(value: Any) -> Array | None:
    """Numbers as an array, None for all else. Truth values are no numbers."""
    if is_numbers(value) and not isinstance(value, np.ndarray):
        from judge.tensors import as_array

        value = as_array(value)
    known = isinstance(value, np.ndarray | np.generic | int | float | complex)
    array = np.asarray(value) if known and not isinstance(value, bool) else None
    return array if array is not None and array.dtype.kind in "iufc" else None


def wide(array: Array) -> Array:
    """In a dtype to subtract in: small integers and halves must not wrap."""
    return array.astype(np.complex128 if np.iscomplexobj(array) else np.float64)
