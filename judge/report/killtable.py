"""A validation as text: what kills what, what is thin, and what has to be mended.

`python -m judge.report.killtable` shows a made-up one.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from rich.console import Console, ConsoleOptions, RenderResult
from rich.text import Text

from judge.report.clean import block, for_encoding, one_line
from judge.report.figures import count
from judge.report.layout import Row, Span, Style, plain
from judge.report.lines import columns, cut, pad, wrap
from judge.report.message import MIN_WIDTH, WIDTH
from judge.validation import Kill, Killer, KillTable, Problem, Validation

_COLOURS: dict[Style, str] = {"strong": "bold", "quiet": "dim", "good": "green", "bad": "bold red"}
_GAP = 2
_NUMBER = 5  # columns of how many mutants a test kills


def text(validation: Validation, width: int = WIDTH) -> str:
    """The validation as plain text, no line wider than `width` columns."""
    return plain(rows(validation, width))


@dataclass(frozen=True)
class Rendered:
    """A rich renderable: laid out for the width of the console that prints it."""

    validation: Validation
    colour: bool

    def __rich_console__(self, _console: Console, options: ConsoleOptions) -> RenderResult:
        for row in rows(self.validation, options.max_width):
            line = Text(no_wrap=True, overflow="ignore")
            for span in row:
                said = for_encoding(span.text, options.encoding)
                line.append(said, _COLOURS.get(span.style, "") if self.colour else "")
            line.rstrip()
            yield line


def render(validation: Validation, *, colour: bool = True) -> Rendered:
    """The same for rich, as wide as the console but at most 92 columns."""
    return Rendered(validation, colour)


def rows(validation: Validation, width: int = WIDTH) -> list[Row]:
    """The tables, one challenge after another, then the problems, then the sum."""
    width = max(MIN_WIDTH, min(width, WIDTH))
    found: list[Row] = []
    for table in validation.tables:
        found += _Page(table, width).rows()
    found += _problems(validation, width)
    return [*found, _sum(validation)]


@dataclass(frozen=True)
class _Page:
    """The table of one challenge."""

    table: KillTable
    width: int

    def rows(self) -> Iterator[Row]:
        table = self.table
        part = "" if table.whole else "; not the whole"
        counts = f"{count(len(table.tests), 'test')}, {count(len(table.mutants), 'mutant')}{part}"
        yield Span(one_line(table.challenge), "strong"), Span(f"  {counts}", "quiet")
        if table.mutants:
            yield from self._section(
                ("hidden test", f"{'kills':<{_NUMBER}}" + "  of these it alone" * table.whole),
                {test.name: self._kills(test.name) for test in table.tests},
            )
            without = "no test" if table.whole else "none of these"
            yield from self._section(
                ("mutant", "is killed by"),
                {row.mutant: _Cell(row.killers, without) for row in table.mutants},
            )
        if table.whole:
            yield from self._conclusions()
        yield ()

    def _kills(self, test: str) -> _Cell:
        killed = self.table.killed_by(test)
        number = f"{len(killed):>{_NUMBER}}  "
        alone = self.table.only_by(test) if self.table.whole else killed
        return _Cell(alone, "" if killed else "nothing", number)

    def _conclusions(self) -> Iterator[Row]:
        """What only all tests and all mutants together show."""
        table = self.table
        yield from self._section(
            ("aspect", "mutants that only its tests kill"),
            {aspect.name: _Cell(aspect.only, "none") for aspect in table.aspects},
        )
        thin = [f"{test} ({mutant})" for test, mutant in table.thin.items()]
        yield from self._listed("tests that only one mutant justifies", thin)
        yield from self._listed("mutants that only cost too much", table.cost_only)

    def _section(self, head: tuple[str, str], cells: Mapping[str, _Cell]) -> Iterator[Row]:
        """A line for each name, the names in one column as wide as the longest."""
        if not cells:
            return
        longest = max(columns(one_line(name)) for name in (*cells, head[0]))
        first = min(longest, self.width // 2) + _GAP
        room = self.width - first
        yield ()
        yield Span(pad(head[0], first), "quiet"), Span(cut(head[1], room), "quiet")
        for name, cell in cells.items():
            shown = _fitted(cell.names, room - len(cell.number))
            bad = Span("" if cell.names else cell.without, "bad" if self.table.whole else "quiet")
            label = pad(cut(one_line(name), first - _GAP), first)
            yield Span(label), Span(cell.number), Span(shown), bad

    def _listed(self, label: str, names: Sequence[str]) -> Iterator[Row]:
        """A list on as many lines as it takes: this is what an author works from."""
        if not names:
            return
        yield ()
        yield (Span(label, "quiet"),)
        for line in _packed(map(one_line, names), self.width - _GAP):
            yield (Span(" " * _GAP + line),)


@dataclass(frozen=True)
class _Cell:
    """What stands beside a name: a number, other names, or what it is bad to be without."""

    names: Sequence[str]
    without: str
    number: str = ""


def _fitted(names: Sequence[str], room: int) -> str:
    """As many names as fit, and how many more there are."""
    names = [one_line(name) for name in names]
    for shown in range(len(names), 0, -1):
        more = f" +{len(names) - shown}" if shown < len(names) else ""
        said = ", ".join(names[:shown]) + more
        if columns(said) <= room:
            return said
    return cut(", ".join(names), room)


def _packed(names: Iterable[str], width: int) -> list[str]:
    """Names with commas between them, filled into lines; no name is broken."""
    lines: list[str] = []
    for name in names:
        if lines and columns(lines[-1]) + columns(name) + 2 < width:
            lines[-1] += f", {name}"
        else:
            lines[-1:] = [*(f"{line}," for line in lines[-1:]), cut(name, width - 1)]
    return lines


def _problems(validation: Validation, width: int) -> Iterator[Row]:
    for problem in validation.problems:
        yield Span(one_line(problem.challenge), "bad"), Span(":")
        for line in block(problem.text).split("\n"):
            whole = line.startswith("    ")  # a command, to be copied
            for part in [line] if whole else wrap(line, width - _GAP):
                yield (Span(" " * _GAP + part),)
        yield ()


def _sum(validation: Validation) -> Row:
    """The last line: whether all is well, of how many challenges, with which seeds."""
    seeds = validation.seeds
    last = f" to {seeds[-1]}" if len(seeds) > 1 else ""
    what = f"{count(len(validation.tables), 'challenge')}, seed{'s' * bool(last)} {seeds[0]}{last}"
    if validation.interrupted:
        return Span("interrupted", "bad"), Span(f"  {what}; not all was looked at")
    if validation.problems:
        return Span(count(len(validation.problems), "problem"), "bad"), Span(f"  {what}")
    return Span("all is well", "good"), Span(f"  {what}")


def example() -> Validation:
    """A made-up validation with something of everything."""
    values, finite, late = "rows_sum_to_one", "large_scores_stay_finite", "memory_stays_small"
    found = {
        "no_maximum": ("exp is taken of the raw scores", (finite,)),
        "columns": ("columns are normalised instead of rows", (values,)),
        "scores_kept": ("the scores of every step are kept", (late,)),
        "rounds_up": ("the last digit is rounded up", ()),
    }
    table = KillTable(
        challenge="softmax",
        tests=(
            Killer(name=values, task="softmax", aspect="values"),
            Killer(name=finite, task="softmax", aspect="stability"),
            Killer(name=late, task="softmax", aspect="memory"),
        ),
        mutants=tuple(
            Kill(mutant=m, misconception=why, named=k, killers=k, cost_only=k == (late,))
            for m, (why, k) in found.items()
        ),
        whole=True,
    )
    problem = Problem(
        "softmax",
        "challenges/softmax/mutants.toml: mutant rounds_up is killed by no test: all of them take "
        "it for right.\nWrite a test that sees the mistake, or mend the mutant if it makes none.",
    )
    return Validation(seeds=(1, 2, 3), problems=(problem,), tables=(table,))


def _demo() -> None:
    sys.stdout.write(text(example()))


if __name__ == "__main__":
    _demo()
