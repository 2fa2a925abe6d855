"""Where a value is wrong: rows and tiles, in the reader's axes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from judge.results import HeadMarks, Places

_HEADS = 12  # pictures shown at most; those of wrong heads go first
_MARKS = 24  # marks per picture; longer ones join neighbouring tiles
_RANGES = 4


def places_of(wrong: np.ndarray[Any, Any], axes: Sequence[str], tile: int | None) -> Places | None:
    """A picture of the wrong elements over the axis called `row`, one mark per tile.

    `wrong` is a bool array with one axis per name in `axes`; axes before `row` are its heads, axes
    after it are folded. None without a tile, a `row` axis, or anything wrong.
    """
    if tile is None or "row" not in axes or len(axes) != wrong.ndim or not wrong.any():
        return None
    at = list(axes).index("row")
    rows = wrong.any(axis=tuple(range(at + 1, wrong.ndim))) if at + 1 < wrong.ndim else wrong
    heads = rows.reshape(-1, rows.shape[-1])
    width = tile * max(1, -(-heads.shape[1] // (tile * _MARKS)))
    labels = [
        " ".join(f"{name}{i}" for name, i in zip(axes[:at], place, strict=True))
        for place in np.ndindex(*rows.shape[:-1])
    ]
    first = np.argsort(~heads.any(axis=1), kind="stable")[:_HEADS]  # wrong ones before right ones
    pictures = [
        HeadMarks(label=labels[head], marks=_marks(heads[head], width)) for head in sorted(first)
    ]
    anywhere = np.asarray(heads.any(axis=0))
    return Places(
        axis="row",
        tile=width,
        heads=tuple(pictures),
        right=_ranges(~anywhere)[:_RANGES],
        first_wrong=int(np.argmax(anywhere)),
    )


def _marks(wrong: np.ndarray[Any, Any], tile: int) -> str:
    """A mark for each tile of rows, by the share of them that is wrong."""
    shares = [float(wrong[start : start + tile].mean()) for start in range(0, len(wrong), tile)]
    return "".join(_mark(share) for share in shares)


def _mark(share: float) -> str:
    if share in (0.0, 1.0):
        return "#" if share else "-"
    return ".:*"[min(2, int(share * 3))]


def _ranges(right: np.ndarray[Any, Any]) -> tuple[tuple[int, int], ...]:
    """Inclusive ranges of the true elements of a vector."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], right.astype(np.int8), [0]])))
    return tuple((int(a), int(b) - 1) for a, b in edges.reshape(-1, 2))
