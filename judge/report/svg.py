"""Pictures as inline SVG, for a page that we know nothing of.

They carry no ids, classes, scripts or files. What is neither right nor wrong takes the page's own
colour; the two colours stand out from white, from black and from the greys of dark themes. Shapes
tell the same as colours. `label` is what a screen reader says of the picture.

Notebooks that are not trusted drop all SVG and keep the text in it. So maps and swatches carry
their marks, which show only then, and the words of axes stand where text has no size of its own,
which leaves nothing to be seen of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final, Literal

from judge.report.clean import for_html

RIGHT: Final = "#1f9c74"
WRONG: Final = "#e4572e"

Colour = Literal["#1f9c74", "#e4572e", "currentColor"]

# An error map is drawn in units of its own and stretched to the width of the page.
PITCH = 18  # from one head to the next, in pixels
_CELL = 10  # from one tile to the next
_GAP = 1
_WIDEST = 22  # pixels of a cell
_SIZELESS = "font-size:0;line-height:0"


@dataclass(frozen=True)
class _Layer:
    """What the cells of some marks show, between two heights counted from their top."""

    marks: str
    colour: Colour
    top: int
    bottom: int
    opacity: float = 1
    inset: int = 0

    def drawn(self, rows: Sequence[str]) -> str:
        """One path; a run of like cells is one dashed line. Empty when no cell has the marks."""
        dash = _CELL - _GAP - 2 * self.inset
        middle = (self.top + self.bottom) / 2
        data = "".join(
            f"M{start * _CELL + self.inset} {_number(row * PITCH + middle)}"
            f"h{(many - 1) * _CELL + dash}"
            for row, marks in enumerate(rows)
            for start, many in _runs(marks, self.marks)
        )
        if not data:
            return ""
        opacity = "" if self.opacity == 1 else f' stroke-opacity="{self.opacity}"'
        return (
            f'<path d="{data}" stroke="{self.colour}" stroke-width="{self.bottom - self.top}"'
            f' stroke-dasharray="{dash} {_CELL - dash}"{opacity}/>'
        )


_HEIGHT = 16  # of a cell; what is left of the pitch parts the heads
_LAYERS = (
    _Layer("-", RIGHT, 0, _HEIGHT, opacity=0.4),
    _Layer("-", RIGHT, 7, 9, inset=2),
    _Layer(".:*", WRONG, 0, _HEIGHT, opacity=0.25),
    _Layer(".", WRONG, 12, _HEIGHT),
    _Layer(":", WRONG, 8, _HEIGHT),
    _Layer("*", WRONG, 4, _HEIGHT),
    _Layer("#", WRONG, 0, _HEIGHT),
)


def bar(share: float, label: str) -> str:
    """A bar filled to `share`, from 0 to 1: full only for all of it, empty only for none."""
    filled = 100 * share if share in (0, 1) else min(max(100 * share, 3), 97)
    inner = (
        '<path d="M0 5h100" stroke="currentColor" stroke-opacity="0.18" stroke-width="10"/>'
        f'<path d="M0 5h{_number(filled)}" stroke="{RIGHT}" stroke-width="10"/>'
    )
    style = "display:block;width:90px;height:10px"
    return _stretched(inner, (100, 10), style, label)


def error_map(rows: Sequence[str], label: str) -> str:
    """Heads as rows of cells: a cell is filled from below by how many rows of its tile are wrong.

    `rows` holds the marks `-.:*#` of each head. A right cell is empty but for a dash.
    """
    tiles = max(map(len, rows))
    size = tiles * _CELL - _GAP, len(rows) * PITCH
    style = f"display:block;width:100%;max-width:{tiles * _WIDEST}px;height:{size[1]}px"
    drawn = _instead("\n".join(rows)) + "".join(layer.drawn(rows) for layer in _LAYERS)
    return _stretched(drawn, size, style, label)


def map_ticks(words: Sequence[tuple[float, str]], tiles: int) -> str:
    """Words below a map of so many tiles, each at a share of its width; for the eye alone."""
    drawn = "".join(
        f'<text x="{100 * at:.1f}%" y="13">{for_html(word)}</text>\n' for at, word in words
    )
    style = f"display:block;width:100%;max-width:{tiles * _WIDEST}px;height:18px;overflow:visible"
    return (
        f'<div style="{_SIZELESS}"><svg aria-hidden="true" style="{style}">'
        f'<g fill="currentColor" font-size="12">{drawn}</g></svg></div>'
    )


def swatch(mark: str) -> str:
    """One cell of a map, for its legend; the words beside it say what it means."""
    inner = "".join(layer.drawn([mark]) for layer in _LAYERS)
    return _swatch(_instead(mark) + inner, (_CELL - _GAP, _HEIGHT))


# --- curves -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Line:
    """Points of a curve, joined. Dashes and dots tell it from others as its colour does."""

    points: tuple[tuple[float, float], ...]
    colour: Colour
    dashes: str = ""  # as stroke-dasharray
    dots: bool = False

    def drawn(self, frame: Frame) -> str:
        """The line and its dots inside of `frame`."""
        at = [(frame.across(x), frame.up(y)) for x, y in self.points]
        data = "M" + "L".join(f"{_number(x)} {_number(y)}" for x, y in at)
        dashes = f' stroke-dasharray="{self.dashes}"' if self.dashes else ""
        path = f'<path d="{data}" fill="none" stroke="{self.colour}" stroke-width="2"{dashes}/>'
        return path + "".join(
            f'<circle cx="{_number(x)}" cy="{_number(y)}" r="3.5" fill="{self.colour}"/>'
            for x, y in (at if self.dots else [])
        )

    def swatch(self) -> str:
        """A short stretch of it, for the legend."""
        short = Line(((0, 0), (1, 0)), self.colour, self.dashes)
        dot = f'<circle cx="13" cy="8" r="3.5" fill="{self.colour}"/>' if self.dots else ""
        return _swatch(short.drawn(Frame(26, 16, (0, 1), (-1, 1))) + dot, (26, 16))


@dataclass(frozen=True)
class Frame:
    """Where values stand in a picture: its size, what its edges stand for, its margins."""

    width: int
    height: int
    x: tuple[float, float]
    y: tuple[float, float]
    left: int = 0
    bottom: int = 0
    top: int = 0
    right: int = 0

    def across(self, x: float) -> float:
        """The distance of `x` from the left edge of the picture."""
        low, high = self.x
        return self.left + (x - low) / (high - low) * (self.width - self.left - self.right)

    def up(self, y: float) -> float:
        """The distance of `y` from the upper edge of the picture."""
        low, high = self.y
        room = self.height - self.top - self.bottom
        return self.height - self.bottom - (y - low) / (high - low) * room


@dataclass(frozen=True)
class Axis:
    """What an axis is called, and the words at some of its values."""

    name: str
    ticks: tuple[tuple[float, str], ...]


def curve(lines: Sequence[Line], frame: Frame, x: Axis, y: Axis, label: str) -> str:
    """Lines over two axes; the margins of `frame` are for the words at them."""
    floor, left = frame.height - frame.bottom, frame.left
    right = frame.width - frame.right
    grid = "".join(f"M{left} {_number(frame.up(at))}H{right}" for at, _ in y.ticks)
    parts = [
        f'<path d="{grid}" stroke="currentColor" stroke-opacity="0.2"/>',
        f'<path d="M{left} {frame.top}V{floor}H{right}" fill="none" stroke="currentColor"/>',
        *(line.drawn(frame) for line in lines),
        '<g fill="currentColor" font-size="11" text-anchor="end">',
        *(_word(left - 5, frame.up(at) + 4, word) for at, word in y.ticks),
        '</g><g fill="currentColor" font-size="11" text-anchor="middle">',
        *(_word(frame.across(at), floor + 14, word) for at, word in x.ticks),
        _word((left + right) / 2, floor + 27, x.name),
        "</g>",
        f'<text x="2" y="10" fill="currentColor" font-size="11">{for_html(y.name)}</text>',
    ]
    style = "display:block;max-width:100%;height:auto;font-family:inherit"
    return (
        f'<div style="max-width:100%;{_SIZELESS}">'
        f'<svg role="img" aria-label="{for_html(label)}" width="{frame.width}"'
        f' viewBox="0 0 {frame.width} {frame.height}" style="{style}">{"".join(parts)}</svg></div>'
    )


def _word(x: float, y: float, word: str) -> str:
    return f'<text x="{_number(x)}" y="{_number(y)}">{for_html(word)}</text>\n'


def _runs(marks: str, wanted: str) -> Iterator[tuple[int, int]]:
    """Start and length of each stretch of the wanted marks."""
    start = 0
    for found, group in groupby(marks, wanted.__contains__):
        many = len(list(group))
        if found:
            yield start, many
        start += many


def _stretched(inner: str, size: tuple[int, int], style: str, label: str) -> str:
    return (
        f'<svg role="img" aria-label="{for_html(label)}" viewBox="0 0 {size[0]} {size[1]}"'
        f' preserveAspectRatio="none" style="{style}">{inner}</svg>'
    )


def _swatch(inner: str, size: tuple[int, int]) -> str:
    return (
        f'<svg aria-hidden="true" width="{size[0]}" height="{size[1]}"'
        f' viewBox="0 0 {size[0]} {size[1]}" style="vertical-align:-3px">{inner}</svg>'
    )


def _instead(marks: str) -> str:
    """What is left of a picture where a page drops it; beside the picture it is not shown."""
    return f"<metadata>{for_html(marks)}</metadata>"


def _number(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")
