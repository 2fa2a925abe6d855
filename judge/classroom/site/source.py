"""The submitted code with its line numbers; lines that the report names are marked."""

from __future__ import annotations

import html
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from judge.classroom.site.page import text
from judge.report.clean import one_line
from judge.results import CostTooHigh, ForbiddenCall, Frame, Outcome, Raised, Report
from judge.submission import Cell

_LINE = 400  # characters
_LINES = 5000  # of all cells
_PLACE = re.compile(r"(?:(.{1,80}), )?line (\d{1,7}):")  # "cell 3, line 6: S = Q @ K"
_NAMED = 200  # places


@dataclass(frozen=True)
class Named:
    """A line that the evidence of a test names."""

    label: str  # of the cell
    line: int
    test: str  # its title


@dataclass(frozen=True)
class Code:
    """The cells as HTML, and the list of the lines that are named, which links to them."""

    cells: str
    named: str


def named_lines(report: Report) -> tuple[Named, ...]:
    """Every line that the evidence names, once for each test, in the order of the tests."""
    found = (
        Named(label, line, test.title) for test in report.tests for label, line in _places(test)
    )
    return tuple(dict.fromkeys(found))[:_NAMED]


def _places(test: Outcome) -> Iterator[tuple[str, int]]:
    evidence = test.evidence
    frames: tuple[Frame, ...] = ()
    if isinstance(evidence, Raised):
        frames = evidence.frames
    elif isinstance(evidence, ForbiddenCall) and evidence.frame is not None:
        frames = (evidence.frame,)
    elif isinstance(evidence, CostTooHigh) and (found := _PLACE.match(evidence.line or "")):
        yield found[1] or "", int(found[2])
    yield from ((frame.label, frame.line) for frame in frames)


def code(cells: Sequence[Cell], named: Sequence[Named]) -> Code:
    """The submitted code; a place that is not in it is left out of the list."""
    marks: dict[str, list[int]] = defaultdict(list)
    numbers = {cell.label: index for index, cell in reversed(list(enumerate(cells)))}
    listed: list[str] = []
    for place in named:
        index = numbers.get(place.label)
        if index is None or not 0 < place.line <= cells[index].source.count("\n") + 1:
            continue
        id = f"c{index}l{place.line}"
        marks[id].append(len(listed))
        where = f"{place.label}, line {place.line}" if place.label else f"line {place.line}"
        listed.append(
            f'<li id="n{len(listed)}"><a href="#{id}">{text(where)}</a>: {text(place.test)}</li>'
        )
    shown = "".join(_cells(cells, marks))
    return Code(shown, f'<ul class="named">{"".join(listed)}</ul>' if listed else "")


def _cells(cells: Sequence[Cell], marks: dict[str, list[int]]) -> Iterator[str]:
    room = _LINES
    for index, cell in enumerate(cells):
        lines = _lines_of(cell)
        ids = (f"c{index}l{number}" for number in range(1, len(lines) + 1))
        shown = "".join(
            _line(line, id, marks.get(id)) for line, id in zip(lines[:room], ids, strict=False)
        )
        label = text(cell.label, 80) or "file"
        yield (
            f'<div class="cell"><h3>{label}</h3>'
            f'<pre tabindex="0" aria-label="{label}">{shown}</pre></div>'
        )
        room -= len(lines)
        if room < 0:
            yield f"<p>Only the first {_LINES:,} lines are shown.</p>"
            return


def _lines_of(cell: Cell) -> list[str]:
    """As Python counts them: form feeds and the separators of Unicode begin no line."""
    lines = cell.source.split("\n")
    return lines[:-1] if len(lines) > 1 and not lines[-1] else lines


def _line(line: str, id: str, named: list[int] | None) -> str:
    shown = html.escape(one_line(line, _LINE))
    if not named:
        return f"<span>{shown}</span>"
    back = " ".join(
        f'<a href="#n{number}" aria-label="named in the report">\u2190</a>' for number in named[:3]
    )
    return f'<span class="hit" id="{id}">{shown}{back}</span>'
