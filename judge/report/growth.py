"""The curve of a memory use that grows too fast, in a notebook."""

from __future__ import annotations

import math
from dataclasses import dataclass

from judge.report import figures, svg
from judge.report.clean import for_html
from judge.results import CostTooHigh, Evidence

_POINTS = 12
_LARGEST = 1e15  # bytes, or N; what lies beyond is no measurement
_STEPS = (1, 2, 2.5, 5, 10)
_WIDTH, _HEIGHT = 290, 160
_ROOM = 46  # pixels from the word of one size to that of the next


@dataclass(frozen=True)
class _Named:
    """A line and what the legend says of it."""

    line: svg.Line
    words: str


def block(evidence: Evidence | None) -> str:
    """N against bytes with the limit's line, and a legend; empty for anything else."""
    if not isinstance(evidence, CostTooHigh) or not _drawable(evidence):
        return ""
    named = _lines(evidence)
    legend = "".join(
        f'<div style="margin-top:2px">{one.line.swatch()} {for_html(one.words)}</div>'
        for one in named
    )
    return (
        '<div style="display:flex;flex-wrap:wrap;align-items:center;gap:6px 16px;margin:6px 0;'
        f'font-size:12px;line-height:18px">{_curve(evidence, named)}<div>{legend}'
        f"{_start(evidence)}</div></div>"
    )


def _drawable(cost: CostTooHigh) -> bool:
    """Whether the figures are those of a growth, all of them numbers that can be drawn."""
    if cost.what != "growth" or not 2 <= len(cost.sizes) == len(cost.uses) <= _POINTS:
        return False
    if not all(a < b for a, b in zip(cost.sizes, cost.sizes[1:], strict=False)):
        return False
    ratios = (cost.used, cost.limit, *([] if cost.reference is None else [cost.reference]))
    if not all(0 < ratio <= _LARGEST for ratio in ratios):
        return False
    ends = (_base(cost) * ratio for ratio in ratios)
    values = (*cost.sizes, *cost.uses, *ends)
    return max(cost.uses) >= 1 and all(0 <= value <= _LARGEST for value in values)


def _base(cost: CostTooHigh) -> float:
    """What the growth is counted from: the first use, or the least that the test counts."""
    return cost.uses[-1] / cost.used


def _lines(cost: CostTooHigh) -> list[_Named]:
    uses = tuple(zip(map(float, cost.sizes), cost.uses, strict=True))
    named = [
        _Named(svg.Line(uses, svg.WRONG, dots=True), f"your code: {_times(cost.used)}"),
        _Named(
            svg.Line(_straight(cost, cost.limit), "currentColor", "6 4"),
            f"limit: {_end(cost, cost.limit)}",
        ),
    ]
    if cost.reference is not None:
        line = svg.Line(_straight(cost, cost.reference), svg.RIGHT, "2 3")
        named.append(_Named(line, f"reference: {_end(cost, cost.reference)}"))
    return named


def _straight(cost: CostTooHigh, ratio: float) -> tuple[tuple[float, float], ...]:
    """From the first size to the last, where it is `ratio` times as high."""
    base = _base(cost)
    return (float(cost.sizes[0]), base), (float(cost.sizes[-1]), base * ratio)


def _end(cost: CostTooHigh, ratio: float) -> str:
    bytes_then = figures.size(_base(cost) * ratio)
    return f"{_times(ratio)}, {bytes_then} at N = {cost.sizes[-1]}"


def _times(ratio: float) -> str:
    return f"{figures.value(ratio, 2)} times"


def _start(cost: CostTooHigh) -> str:
    """Why the limit's line begins above the first point, where it does."""
    base = _base(cost)
    if not cost.uses[0] < 0.99 * base:
        return ""
    return f'<div style="margin-top:2px">less than {figures.size(base)} counts as that much</div>'


def _curve(cost: CostTooHigh, named: list[_Named]) -> str:
    first, last = cost.sizes[0], cost.sizes[-1]
    top = max(y for one in named for _, y in one.line.points)
    step = _step(top)
    ticks = [step * count for count in range(math.ceil(top / step) + 1)]
    margin = 0.12 * (last - first)
    frame = svg.Frame(
        _WIDTH,
        _HEIGHT,
        x=(first - margin, last + margin),
        y=(0, max(ticks[-1], top * 1.04)),
        left=58,
        right=4,
        top=20,
        bottom=32,
    )
    told = ", ".join(
        f"{figures.size(use)} at N = {size}"
        for size, use in zip(cost.sizes, cost.uses, strict=True)
    )
    label = f"Memory use against N. {told}. " + "; ".join(one.words for one in named)
    return svg.curve(
        [one.line for one in reversed(named)],
        frame,
        svg.Axis("N", _sizes(cost, frame)),
        svg.Axis(
            "memory use", tuple((tick, figures.size(tick) if tick else "0") for tick in ticks)
        ),
        label,
    )


def _sizes(cost: CostTooHigh, frame: svg.Frame) -> tuple[tuple[float, str], ...]:
    """The sizes whose words do not run into one another; the last is always among them."""
    kept = [cost.sizes[-1]]
    for size in reversed(cost.sizes[:-1]):
        if frame.across(kept[-1]) - frame.across(size) >= _ROOM:
            kept.append(size)
    return tuple((float(size), str(size)) for size in reversed(kept))


def _step(top: float) -> float:
    """A round number that goes at most four times into `top`."""
    power = 10.0 ** math.floor(math.log10(top / 4))
    return next(power * step for step in _STEPS if power * step * 4 >= top * 0.999)
