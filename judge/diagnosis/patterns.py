"""Patterns: how a wrong value differs from the right one, where that says what went wrong.

A pattern fits or it does not: what it calls wrong is wrong by far more than rounding, and what it
calls right is right to rounding. It states what is seen, and what usually makes it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from judge.diagnosis.likeness import ROUNDING, Array, wide
from judge.diagnosis.parts import DISTINCT, FAR, Facts, Part, parts_of

_FACTOR = {"float64": 1e-6, "float32": 1e-3}  # how exactly a factor must fit, relative
_SMALL = 1e-3  # of the largest number: smaller ones are no evidence of a factor
_SINGLE = 3e-6  # of the largest number: float32 inside float64 is off by at most this
_DOUBLE = 1e-9  # of the largest number: and typically by more than this
_BOTH_SIGNS = 0.2  # of its errors at least are above zero, and as many below
_SAMPLE = 32  # numbers, in rows of four or more, that show how their errors are spread
_RIGHT_ROWS = 3  # at least so many are right in a tile: a first row often is so by itself
_MOSTLY = 0.5  # of the rows called wrong are seen to be, and some of each tile


@dataclass(frozen=True)
class Pattern:
    """What is seen in a value, and what usually makes it."""

    name: str
    seen: str
    cause: str
    closed: tuple[str, str] | None = None  # both for a reader from whom the numbers are kept

    def words(self, closed: bool) -> tuple[str, str]:
        """What is seen, and the cause."""
        return (self.closed if closed else None) or (self.seen, self.cause)


def find_patterns(wrong: Any, right: Any, facts: Facts) -> tuple[Pattern, ...]:
    """The most specific pattern that fits the first part that is wrong; several if they tie."""
    with np.errstate(all="ignore"):
        parts = list(parts_of(wrong, right, facts))
        if swapped := _swapped(parts):
            return (swapped,)
        first = next((part for part in parts if not part.is_right), None)
        if first is None or first.wrong is None or first.dtype not in _FACTOR:
            return ()
        for group in (_of_all_numbers, _of_last_rows, _of_places):
            if found := tuple(group(first, facts)):
                return found
    return ()


def sentence(patterns: Sequence[Pattern], closed: bool = False) -> str:
    """What is seen and what makes it, as one sentence; `closed` keeps the numbers back."""
    told: dict[str, list[str]] = {}
    for pattern in patterns:
        seen, cause = pattern.words(closed)
        told.setdefault(seen, []).append(cause)
    return "; or ".join(f"{seen}: {'; or '.join(causes)}" for seen, causes in told.items())


def _swapped(parts: Sequence[Part]) -> Pattern | None:
    """Two parts, each right in the place of the other, and all else right."""
    off = [part for part in parts if not part.is_right]
    if len(off) != 2 or not all(part.is_telling for part in off):
        return None
    a, b = off
    if not (a.equals(b.right) and b.equals(a.right)):
        return None
    return Pattern(
        "results_swapped",
        f"{a.name} and {b.name} are right, each in the place of the other",
        "usually they are returned, or unpacked on the way, in the wrong order",
    )


# --- all numbers ------------------------------------------------------------------------------


def _of_all_numbers(part: Part, facts: Facts) -> Iterator[Pattern]:
    if not part.is_plain:
        return
    yield from _factors(part, facts)
    if _is_transposed(part):
        yield Pattern(
            "transposed",
            f"the numbers{part.of} are right with the last two axes exchanged",
            "usually a transpose is missing, or there is one too many",
        )
    if _has_single_precision(part):
        yield Pattern(
            "float32_inside",
            f"the numbers{part.of} are right to about seven digits, as float32 has them, where "
            "float64 has fifteen",
            "usually a step computes in float32, or an array is made without the input's dtype",
        )


def _is_transposed(part: Part) -> bool:
    if part.right.ndim < 2 or min(part.right.shape[-2:]) < 2:
        return False
    return part.is_telling and part.equals(np.swapaxes(part.right, -1, -2))


def _has_single_precision(part: Part) -> bool:
    """Whether float64 numbers have the errors of float32, in every row and in either direction.

    A constant added "for stability" may be as small, but it moves a whole row by the same share.
    """
    wrong, right = part.wrong, part.right
    if wrong is None or not wrong.dtype == right.dtype == np.float64 or not part.same_form:
        return False
    if right.size < _SAMPLE or right.shape[-1] < 4:
        return False
    error = (wrong - right) / part.scale
    if not (np.abs(error).max() <= _SINGLE and np.median(np.abs(error)) >= _DOUBLE):
        return False
    squares = np.sum(right * right, axis=-1, keepdims=True)
    share = np.sum(error * right, axis=-1, keepdims=True) / np.where(squares > 0, squares, 1.0)
    uneven = np.sum((error - share * right) ** 2) >= np.sum(error**2) / 2
    return bool(uneven and min((error > 0).mean(), (error < 0).mean()) >= _BOTH_SIGNS)


@dataclass(frozen=True)
class _Factor:
    """What all numbers may be multiplied by."""

    name: str
    value: float
    symbol: str  # empty for a plain number
    cause: str

    def is_near(self, found: float, near: float) -> bool:
        return abs(found - self.value) <= near * abs(self.value)

    def pattern(self, of: str, d: int) -> Pattern:
        seen = f"every number{of} is the right one times {self.value:.4g}"
        unseen = f"every number{of} is off by one and the same factor"
        cause = closed = f"usually {self.cause}"
        if self.symbol:
            cause = f"that is {self.symbol} with D = {d}, and usually {self.cause}"
            closed = f"it is {self.symbol}, and usually {self.cause}"
        return Pattern(self.name, seen, cause, (unseen, closed))


_PLAIN = (
    _Factor("doubled", 2, "", "something is added twice, or a factor 1/2 is missing"),
    _Factor("halved", 0.5, "", "half of it is never added, or a factor 1/2 is there twice"),
    _Factor("sign_flipped", -1, "", "a difference is the wrong way round, or a minus is missing"),
    _Factor(
        "base_two", 1 / math.log(2), "", "a logarithm has base 2 where the natural one belongs"
    ),
)
_UNKNOWN = "a factor is missing, or is there twice"


def _with_meaning(d: int) -> tuple[_Factor, ...]:
    """The factors that stand for something where rows have `d` numbers."""
    root, twice = math.sqrt(d), "is there twice, or where none belongs"
    return (
        _Factor("times_sqrt_d", root, "sqrt(D)", "a division by sqrt(D) is missing"),
        _Factor("divided_by_sqrt_d", 1 / root, "1 / sqrt(D)", f"a division by sqrt(D) {twice}"),
        _Factor("times_d", d, "D", "a division by D is missing, or a sum stands for a mean"),
        _Factor(
            "divided_by_d",
            1 / d,
            "1 / D",
            "a division by D is there twice, or a mean stands for a sum",
        ),
    )


def _factors(part: Part, facts: Facts) -> Iterator[Pattern]:
    """What one factor, by which every number is off, stands for; a plain number if for nothing."""
    found = _common_factor(part)
    if found is None:
        return
    near = _FACTOR[part.dtype]
    for d in (*facts.shape[-1:], *part.right.shape[-1:]):  # its own D where that says nothing
        meanings = _with_meaning(d) if d > 1 else ()
        known = [factor for factor in (*meanings, *_PLAIN) if factor.is_near(found, near)]
        if known:
            yield from (factor.pattern(part.of, d) for factor in known)
            return
    yield _Factor("constant_factor", found, "", _UNKNOWN).pattern(part.of, 0)


def _common_factor(part: Part) -> float | None:
    """What every number of the right value is multiplied by; None if they are not."""
    if part.wrong is None or not part.same_form:
        return None
    wrong, right = wide(part.wrong) / part.scale, wide(part.right) / part.scale
    sizes = np.abs(right)
    if np.unique(np.round(sizes[sizes > _SMALL], 6)).size < DISTINCT:
        return None
    factor = float(np.vdot(right, wrong) / np.vdot(right, right))
    near = _FACTOR[part.dtype]
    slack = abs(factor) * (near * sizes + ROUNDING[part.dtype])
    if not np.all(np.abs(wrong - factor * right) <= slack):
        return None
    return factor if abs(factor) > _SMALL**2 and abs(factor - 1) > 10 * near else None


# --- some rows, tiles or heads ----------------------------------------------------------------


@dataclass(frozen=True)
class _Rows:
    """Which rows are right, and which are wrong by far: over all axes down to that of the rows."""

    right: Array
    far: Array

    def fit(self, inside: Array, unit: Array, but: bool | Array = False) -> bool:
        """Whether the wrong rows are those `inside`, some in each unit, and no others.

        A unit is a tile or a head, by its number. Rows in `but` may be either. All are spread over
        the axes before the rows.
        """
        shape = self.far.shape
        inside, unit, but = (np.broadcast_to(a, shape) for a in (inside, unit, but))
        outside = ~inside & ~but
        if not inside.any() or not outside.any() or not self.right[outside].all():
            return False
        seen = np.unique(unit[inside & self.far]).size == np.unique(unit[inside]).size
        return seen and float(self.far[inside].mean()) >= _MOSTLY


def _rows_of(part: Part, facts: Facts) -> _Rows | None:
    """The rows of a part: the axis before the last, or the last where each row has one number.

    None where there are none, or where NaN is: it spreads, and says more of overflow than of rows.
    """
    if not part.same_form or not part.is_plain or not part.right.ndim:
        return None
    axes = () if part.right.ndim == 1 or part.right.shape == facts.shape[:-1] else (-1,)
    right, far = (part.errors <= 1).all(axis=axes), (part.errors > FAR).any(axis=axes)
    return _Rows(np.asarray(right), np.asarray(far))


def _tile_of(rows: _Rows, facts: Facts) -> int | None:
    """How many rows a tile has, where the rows are those of the input and there are more tiles."""
    same = len(facts.shape) > 1 and rows.far.shape[-1] == facts.shape[-2]
    return facts.tile if same and 1 < (facts.tile or 0) < facts.shape[-2] else None


def _tiles(rows: _Rows, tile: int) -> Array:
    """The number of each row's tile, other numbers in each head."""
    *heads, count = rows.far.shape
    head = np.arange(math.prod(heads)).reshape(*heads, 1)
    return np.asarray(head * count + np.arange(count) // tile)


def _of_last_rows(part: Part, facts: Facts) -> Iterator[Pattern]:
    """The last row of each tile right, the others wrong; those of the first tile may be right."""
    rows = _rows_of(part, facts)
    tile = _tile_of(rows, facts) if rows else None
    if rows is None or tile is None or tile < _RIGHT_ROWS:
        return
    index = np.arange(rows.far.shape[-1])
    but = index >= len(index) // tile * tile  # its last row is not at the end of a full tile
    others = ((index + 1) % tile > 0) & ~but
    tiles = _tiles(rows, tile)
    if not rows.right[..., others].any() and rows.fit(others, tiles, but):
        yield Pattern(
            "last_rows_right",
            f"the last row{part.of} in each tile is right and the others are not",
            "usually the mask on the diagonal is missing or off, or does not hide enough",
        )
    later = others & (index >= tile)
    if not rows.right[..., later].any() and rows.fit(later, tiles, but):
        yield Pattern(
            "last_rows_right_after_the_first_tile",
            f"after the first tile only the last row{part.of} in each is right",
            "usually positions are counted from 0 in each tile, as those of a mask",
        )


def _of_places(part: Part, facts: Facts) -> Iterator[Pattern]:
    """Whole tiles, heads or sequences wrong, the others right."""
    rows = _rows_of(part, facts)
    if rows is None:
        return
    if (tile := _tile_of(rows, facts)) is not None:
        yield from _by_tile(part, rows, tile)
    shape = rows.far.shape
    number = [np.arange(n).reshape(-1, *(1,) * (len(shape) - i - 1)) for i, n in enumerate(shape)]
    per_row = len(facts.shape) == 4 and part.right.shape == facts.shape[:-1]
    if (part.right.ndim == 4 or per_row) and rows.fit(number[1] > 0, number[1]):
        yield Pattern(
            "first_head_right",
            f"the first head{part.of} is right and no other",
            "usually an index of the head is missing, or the heads share what each has of its own",
        )
    batched = part.right.ndim > 2 and shape[:1] == facts.shape[:1]
    if batched and rows.fit(number[0] > 0, number[0]):
        yield Pattern(
            "first_of_batch_right",
            f"the first sequence{part.of} of the batch is right and no other",
            "usually an index of the batch is missing, or all share what each has of its own",
        )


def _by_tile(part: Part, rows: _Rows, tile: int) -> Iterator[Pattern]:
    """Wrong are all tiles after the first, the shorter one at the end, or all before the last."""
    index, unit = np.arange(rows.far.shape[-1]), _tiles(rows, tile)
    last = (len(index) - 1) // tile * tile
    if tile >= _RIGHT_ROWS and rows.fit(index >= tile, unit):
        yield Pattern(
            "first_tile_right",
            f"the rows{part.of} in the first tile are right, those of later tiles are not",
            "usually what goes from tile to tile is lost, overwritten, or keeps its old scale",
        )
    if len(index) % tile and rows.fit(index >= last, unit):
        yield Pattern(
            "short_tile_wrong",
            f"only the rows{part.of} in the last tile are wrong, which is shorter than the others",
            "usually it is left out, or treated as if it were full",
        )
    if len(index) - last >= _RIGHT_ROWS and rows.fit(index < last, unit):
        yield Pattern(
            "last_tile_right",
            f"the rows{part.of} in the last tile are right, those of earlier tiles are not",
            "usually = stands where += belongs, or tiles above the diagonal take part",
        )
