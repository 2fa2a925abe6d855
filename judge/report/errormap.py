"""The error map of a value in a notebook: heads by tiles, a legend, and the same in marks."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby

from judge.report import figures, places, svg
from judge.report.clean import for_html, one_line
from judge.report.lines import cut
from judge.results import Evidence, HeadMarks, NotFinite, Places, WrongValue

HEADS = 12
TILES = 64
_LABEL = 24
_TICKS = 4
_BETWEEN = 3  # cells at least, or the words of the ticks would touch
_MARKS = 72  # columns of the picture in marks
_SPOKEN_HEADS = 4
_SPOKEN_RUNS = 6
# What a mark says of the rows of its tile.
_MEANINGS = {
    "-": "right",
    ".": "few wrong",
    ":": "half wrong",
    "*": "most wrong",
    "#": "all wrong",
}
_SMALL = "font-size:12px;line-height:18px"
_AS_MARKS = "min-width:0;overflow-x:auto;white-space:pre;font-family:monospace"  # without SVG


@dataclass(frozen=True)
class Grid:
    """What of some places a map shows."""

    heads: tuple[HeadMarks, ...]  # at most HEADS, their labels clean, of at most TILES marks
    tiles: int  # that each mark stands for
    left_out: int  # heads

    @property
    def columns(self) -> int:
        """The cells of the longest row."""
        return max(len(head.marks) for head in self.heads)


def places_in(evidence: Evidence | None) -> Places | None:
    """The places of any evidence."""
    return evidence.places if isinstance(evidence, WrongValue | NotFinite) else None


def grid(found: Places) -> Grid | None:
    """Heads with something wrong first, neighbouring tiles joined where there are too many.

    None when there is not a single mark to draw.
    """
    heads = [head for head in places.alike(found.heads) if head.marks]
    if not heads:
        return None
    tiles = -(-max(len(head.marks) for head in heads) // TILES)
    picked = places.chosen([set(head.marks) != {"-"} for head in heads], HEADS)
    shown = tuple(
        HeadMarks(
            label=cut(one_line(heads[index].label), _LABEL),
            marks=places.joined(_known(heads[index].marks), tiles),
        )
        for index in picked
    )
    return Grid(shown, tiles, len(heads) - len(shown))


def block(found: Places, quantity: str) -> str:
    """The map with its legend as HTML; empty when there is nothing to draw."""
    shown = grid(found)
    if shown is None:
        return ""
    drawn = svg.error_map([head.marks for head in shown.heads], _spoken(shown, quantity))
    labels = for_html("\n".join(head.label for head in shown.heads))
    return (
        '<div style="display:grid;grid-template-columns:fit-content(40%) minmax(0,1fr);'
        f'gap:2px 8px;margin:6px 0 2px 0;{_SMALL}">'
        '<div aria-hidden="true" style="white-space:pre;overflow:hidden;'
        f'line-height:{svg.PITCH}px">{labels}</div>'
        f'<div style="{_AS_MARKS};line-height:{svg.PITCH}px">{drawn}</div>'
        f"<div></div>{_ticks(found, shown)}</div>"
        f'<div style="{_SMALL}">{_legend(found, shown)}</div>{_in_marks(found)}'
    )


def _ticks(found: Places, shown: Grid) -> str:
    """The first rows of some tiles, below their cells; for the eye alone."""
    step = max(-(-shown.columns // _TICKS), _BETWEEN)
    words = [
        (
            at / shown.columns,
            f"{'' if at else one_line(found.axis, _LABEL) + ' '}{at * found.tile * shown.tiles}",
        )
        for at in range(0, shown.columns, step)
    ]
    return svg.map_ticks(words, shown.columns)


def _legend(found: Places, shown: Grid) -> str:
    used = {mark for head in shown.heads for mark in head.marks} | {"-"}
    keys = " ".join(
        f'<span style="white-space:nowrap;margin-right:10px">{svg.swatch(mark)} {meaning}</span>'
        for mark, meaning in _MEANINGS.items()
        if mark in used
    )
    unit = f"one cell per {places.one_mark(found, shown.tiles)}"
    return f'{keys}<div style="opacity:0.75">{for_html(unit + _left_out(shown))}</div>'


def _left_out(shown: Grid) -> str:
    if not shown.left_out:
        return ""
    total = len(shown.heads) + shown.left_out
    return f"; {len(shown.heads)} of {total} heads, those with something wrong first"


def marks(found: Places) -> str:
    """The terminal's picture: to copy, to be read aloud, and where a page drops all SVG."""
    lines = "\n".join(places.picture(found, _MARKS))
    if not lines:
        return ""
    return (
        '<pre style="margin:2px 0;padding:0;overflow-x:auto;background:none;color:inherit;'
        f'font-size:12px;line-height:1.4">{for_html(lines)}</pre>'
    )


def _in_marks(found: Places) -> str:
    picture = marks(found)
    if not picture:
        return ""
    return (
        f'<details style="{_SMALL}"><summary style="cursor:pointer;opacity:0.75">in marks'
        f"</summary>{picture}</details>"
    )


def _spoken(shown: Grid, quantity: str) -> str:
    """What a screen reader says: the first heads with something wrong, run by run."""
    cell = "tile" if shown.tiles == 1 else "cell"
    wrong = [head for head in shown.heads if set(head.marks) != {"-"}]
    told = [
        f"{head.label}: {_runs(head.marks, cell)}".strip(": ") for head in wrong[:_SPOKEN_HEADS]
    ]
    more = len(wrong) - len(told)
    rest = [f"{figures.count(more, 'other head')} with something wrong"] if more else []
    return f"Where {one_line(quantity, 60)} is wrong. {'; '.join([*told, *rest])}"


def _runs(marks: str, cell: str) -> str:
    """`tile 1 right, tiles 2 to 3 half wrong`."""
    parts = []
    start = 1
    for mark, group in groupby(marks):
        many = len(list(group))
        span = f"{cell} {start}" if many == 1 else f"{cell}s {start} to {start + many - 1}"
        parts.append(f"{span} {_MEANINGS[mark]}")
        start += many
    more = [] if len(parts) <= _SPOKEN_RUNS else ["and so on"]
    return ", ".join([*parts[:_SPOKEN_RUNS], *more])


def _known(marks: str) -> str:
    """An unknown mark says that something is wrong, and not how much."""
    return "".join(mark if mark in _MEANINGS else ":" for mark in marks)
