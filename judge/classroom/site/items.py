"""What the tests and the mistakes say of a class: item analysis, misconceptions, times."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from judge.classroom.analysis import Class, Item, Misconceived, Spread
from judge.classroom.rows import Row
from judge.classroom.site.page import (
    head,
    link,
    name,
    number,
    percent,
    scrolled,
    size,
    table,
    text,
)
from judge.report import figures, svg
from judge.report.clean import for_html

_BARS = 10
_BAR, _PITCH, _HEIGHT = 52, 60, 90  # pixels
_SHOWN = 20  # misconceptions; the rest is rare


def items(one: Class) -> str:
    """A row for each hidden test."""
    heads = [head("hidden test", "text"), head("task", "text"), head("points", "number")]
    heads += [head("ran", "number"), head("share passing", "number")]
    heads += [head("discrimination", "number"), head("worth a look", "text")]
    made = table("".join(heads), "".join(map(_item, one.items)), "items")
    return scrolled(f"{one.challenge}: item analysis", made)


def _item(item: Item) -> str:
    share = number(None, "")
    if item.share is not None:
        told = f"{item.passed} of {item.ran}"
        bar = svg.bar(item.share, f"{told} pass")
        share = (
            f'<td class="w" data-v="{item.share:.6g}">{bar}{percent(item.share)} '
            f'<span class="quiet">({told})</span></td>'
        )
    points = figures.points(item.possible) if item.possible else text(item.group)
    found = item.discrimination
    shown = number(found, "" if found is None else f"{found:.2f}", "n" + _warned(item))
    return (
        f'<tr><th scope="row">{text(item.title)}</th><td>{text(item.task)}</td>'
        f"{number(item.possible, points)}{number(item.ran, str(item.ran))}{share}{shown}"
        f"<td>{_remark(item)}</td></tr>\n"
    )


def _warned(item: Item) -> str:
    return " warn" if item.discrimination is not None and item.discrimination < 0 else ""


def _remark(item: Item) -> str:
    return "those with fewer points pass it" if _warned(item) else item.remark


# --- misconceptions -----------------------------------------------------------------------------


def misconceptions(one: Class) -> str:
    """The most frequent first, each opens to those who have it."""
    rows = {row.number: row for row in one.rows}
    shown = "".join(_misconceived(found, rows) for found in one.misconceptions[:_SHOWN])
    left = len(one.misconceptions) - _SHOWN
    more = f"<p>{figures.count(left, 'rarer one')} left out.</p>" if left > 0 else ""
    return shown + more if shown else "<p>No known mistake was recognised.</p>"


def _misconceived(found: Misconceived, rows: Mapping[int, Row]) -> str:
    parts = (
        ("the numbers equal those of the mistake", found.equals),
        ("the pattern fits the mistake", found.fits),
    )
    listed = "".join(_holders(how, numbers, rows) for how, numbers in parts if numbers)
    known = f"<b>{found.count}</b> <code>{text(found.name, 80)}</code> {text(found.text, 400)}"
    return f"<details><summary>{known}</summary>{listed}</details>"


def _holders(how: str, numbers: Sequence[int], rows: Mapping[int, Row]) -> str:
    return f"<p>{how} ({len(numbers)}):</p>{_linked(numbers, rows)}"


def _linked(numbers: Sequence[int], rows: Mapping[int, Row]) -> str:
    links = "".join(
        f"<li>{link(number, name(rows[number].student, rows[number].sample))}</li>"
        for number in numbers
    )
    return f'<ul class="who">{links}</ul>'


def unrun(one: Class) -> str:
    """Why no test ran, the most frequent reason first; each opens to those it is true of."""
    rows = {row.number: row for row in one.rows}
    shown = "".join(
        f"<details><summary><b>{len(found.numbers)}</b> {text(found.reason, 400)}</summary>"
        f"{_linked(found.numbers, rows)}</details>"
        for found in one.unrun[:_SHOWN]
    )
    left = len(one.unrun) - _SHOWN
    return shown + (f"<p>{figures.count(left, 'rarer one')} left out.</p>" if left > 0 else "")


# --- points, times and memory ---------------------------------------------------------------------


def spreads(one: Class) -> str:
    """Mean, median, 95% and most of points, seconds and memory."""
    parts = (
        ("points", one.points, figures.points),
        ("seconds of a check", one.seconds, figures.seconds),
        ("memory, where a message names any", one.memory, size),
    )
    rows = "".join(_spread(label, found, shown) for label, found, shown in parts if found)
    names = ("", "mean", "median", "95% have at most", "most")
    heads = "".join(f'<th scope="col">{name}</th>' for name in names)
    made = f"<table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"
    return scrolled(f"{one.challenge}: points and times", made) if rows else ""


def _spread(label: str, found: Spread, shown: Callable[[float], str]) -> str:
    values = (found.mean, found.median, found.high, found.most)
    cells = "".join(f'<td class="n">{shown(value)}</td>' for value in values)
    return f'<tr><th scope="row">{label}</th>{cells}</tr>'


def histogram(one: Class) -> str:
    """How many have how many of the points, as bars."""
    counts = [0] * _BARS
    for row in one.judged:
        counts[min(int(row.share * _BARS), _BARS - 1)] += 1
    if not any(counts):
        return ""
    spans = [f"{10 * at}-{10 * at + 10}%" for at in range(_BARS)]
    told = ", ".join(f"{span}: {count}" for span, count in zip(spans, counts, strict=True))
    width = _BARS * _PITCH
    return (
        f'<svg class="bars" role="img" aria-label="{for_html(f"share of the points: {told}")}" '
        f'width="{width}" viewBox="0 0 {width} {_HEIGHT + 34}">'
        f"{''.join(_drawn(spans, counts))}</svg>"
    )


def _drawn(spans: Sequence[str], counts: Sequence[int]) -> Iterator[str]:
    most = max(counts)
    for at, (span, count) in enumerate(zip(spans, counts, strict=True)):
        height = count * _HEIGHT / most
        x, middle, top = at * _PITCH + 4, at * _PITCH + _PITCH / 2, 16 + _HEIGHT - height
        words = 'fill="currentColor" font-size="11" text-anchor="middle"'
        box = f'x="{x}" y="{top:.1f}" width="{_BAR}" height="{height:.1f}"'
        yield f'<rect {box} fill="{svg.RIGHT}"/>'
        yield f'<text x="{middle:g}" y="{top - 3:.1f}" {words}>{count}</text>'
        yield f'<text x="{middle:g}" y="{_HEIGHT + 30}" {words}>{span}</text>'
