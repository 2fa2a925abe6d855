"""The tile picture: where a value is wrong, and where it is right, in the reader's axes.

b0 h0 -:**###   b0 h1 -:*:#**   b0 h2 -:****:   one mark per tile of 16 rows:
b1 h0 -.*:#*:   b1 h1 -:###*#   b1 h2 -:*###*   - right  . : * some rows  # all
rows 0-16, 18, 19 are right in every head; first wrong row 17, in the second tile
"""

from __future__ import annotations

from collections.abc import Sequence

from judge.report import figures
from judge.report.clean import one_line
from judge.report.lines import columns, cut, pad
from judge.results import HeadMarks, Places

_SHARES = {"-": 0.0, ".": 0.15, ":": 0.5, "*": 0.85, "#": 1.0}
_KEY = "- right  . : * some rows  # all"
_SHORT_KEY = "- right  .:* some  # all"
_GAP = "   "
_MAX_ROWS = 3
_LABEL = 24


def picture(places: Places, width: int, *, rows: int = _MAX_ROWS) -> list[str]:
    """The marks of the heads on at most `rows` lines, with the legend; each line fits `width`.

    Heads that have something wrong come first where not all can be shown; marks too many for a
    line are joined, and the legend says how many tiles one mark then stands for.
    """
    heads = alike(places.heads)
    if not heads:
        return []
    labels = [cut(one_line(head.label), _LABEL) for head in heads]
    room = max(width - max(map(columns, labels)) - 1, 4)
    tiles = max(1, -(-max(len(head.marks) for head in heads) // room))
    cells = [
        (f"{label} " if label else "") + one_line(joined(head.marks, tiles))
        for label, head in zip(labels, heads, strict=True)
    ]
    wrong = [set(head.marks) != {"-"} for head in heads]
    legend = _legend(places, tiles)
    if max(map(columns, legend)) > width:
        return []
    return _grid(cells, wrong, legend, width, rows)


def sentence(places: Places, *, short: bool = False) -> str:
    """What is right and where the first wrong row is."""
    axis = places.axis
    where = " in every head" if len(places.heads) > 1 else ""
    tile = figures.ordinal(places.first_wrong // max(places.tile, 1))
    first = f"{axis} {places.first_wrong}"
    if not places.right:
        return f"no {axis} is right{where}; first wrong {first}, in the {tile} tile"
    one = len(places.right) == 1 and places.right[0][0] == places.right[0][1]
    rows = f"{axis if one else plural(axis)} {figures.ranges(places.right)}"
    if short:
        return f"right{where}: {rows}; first wrong: {places.first_wrong}, {tile} tile"
    return f"{rows} {'is' if one else 'are'} right{where}; first wrong {first}, in the {tile} tile"


def alike(heads: tuple[HeadMarks, ...]) -> tuple[HeadMarks, ...]:
    """One line for all heads when their marks are the same."""
    if len(heads) > 2 and len({head.marks for head in heads}) == 1:
        return (HeadMarks(label=f"all {len(heads)} heads", marks=heads[0].marks),)
    return heads


def joined(marks: str, tiles: int) -> str:
    """One mark for each `tiles` marks. `-` and `#` stay what they say: right, and all wrong."""
    if tiles == 1:
        return marks
    groups = [marks[start : start + tiles] for start in range(0, len(marks), tiles)]
    return "".join(_mark(group) for group in groups)


def chosen(wrong: Sequence[bool], many: int) -> list[int]:
    """Which `many` heads to show, in their order: those with something wrong before others."""
    order = sorted(range(len(wrong)), key=lambda index: not wrong[index])[:many]
    return sorted(order)


def one_mark(places: Places, tiles: int) -> str:
    """What one mark stands for: `tile of 16 rows`, `2 tiles of 64 rows`."""
    rows = "1 " + places.axis if places.tile == 1 else f"{places.tile} {plural(places.axis)}"
    return one_line(f"{'tile' if tiles == 1 else f'{tiles} tiles'} of {rows}")


def plural(axis: str) -> str:
    """`rows`, `queries`."""
    return f"{axis[:-1]}ies" if axis.endswith("y") else f"{axis}s"


def _mark(group: str) -> str:
    if len(set(group)) == 1:
        return group[0]
    mean = sum(_SHARES.get(mark, 0.5) for mark in group) / len(group)
    return "." if mean < 0.3 else ":" if mean < 0.7 else "*"


def _legend(places: Places, tiles: int) -> tuple[str, str]:
    unit = f"one mark per {one_mark(places, tiles)}:"
    return unit, one_line(_KEY.replace("rows", plural(places.axis)))


def _grid(
    cells: list[str], wrong: list[bool], legend: tuple[str, str], width: int, rows: int
) -> list[str]:
    """The arrangement that shows most heads, and of those the one with the fewest lines."""
    cell = max(map(columns, cells))
    beside = max(map(columns, legend))
    best: list[str] = []
    score = (-1, 0)
    for per_row in range(1, len(cells) + 1):
        used = per_row * cell + (per_row - 1) * len(_GAP)
        if used > width and per_row > 1:
            break
        picked = [cells[index] for index in chosen(wrong, per_row * rows)]
        grid = _lines(picked, per_row, cell)
        left = len(cells) - per_row * rows
        if left <= 0 and len(grid) > 1 and used + len(_GAP) + beside <= width:
            for line, text in enumerate(legend):
                grid[line] = pad(grid[line], used) + _GAP + text
        else:
            grid.extend(_below(legend, left, len(cells), width))
        this = (min(per_row * rows, len(cells)), -len(grid))
        if this >= score:
            best, score = grid, this
    return best


def _lines(cells: list[str], per_row: int, cell: int) -> list[str]:
    rows = [cells[start : start + per_row] for start in range(0, len(cells), per_row)]
    return [_GAP.join(pad(text, cell) for text in row).rstrip() for row in rows]


def _below(legend: tuple[str, str], left: int, all_heads: int, width: int) -> list[str]:
    """The legend under the marks; it says how many heads are shown when not all are."""
    unit, key = legend
    shown = f"{all_heads - left} of {all_heads} heads; " if left > 0 else ""
    for text in (f"{shown}{unit} {key}", f"{shown}{unit} {_SHORT_KEY}"):
        if columns(text) <= width:
            return [text]
    compact = f"{shown}{unit} - right  # all wrong"
    if columns(compact) <= width:
        return [compact]
    return [shown + unit if columns(shown + unit) <= width else unit, key]
