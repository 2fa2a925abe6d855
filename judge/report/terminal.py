"""The report in a terminal, by rich; `text` gives the same as plain text.

`python -m judge.report.terminal` shows a made-up report that failed and one that passed.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO

from rich.console import Console, ConsoleOptions, RenderResult
from rich.text import Text

from judge.report.clean import for_encoding
from judge.report.layout import Layout, Row, Style, plain
from judge.report.message import View
from judge.results import Report

_COLOURS: dict[Style, str] = {
    "": "",
    "strong": "bold",
    "quiet": "dim",
    "good": "green",
    "bad": "bold red",
    "warn": "bold yellow",
    "ours": "bold magenta",
}


@dataclass(frozen=True)
class Rendered:
    """A rich renderable: laid out anew for the width of the console that prints it."""

    report: Report
    layout: Layout
    width: int | None
    colour: bool

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """The lines of the report, never wrapped a second time."""
        width = options.max_width if self.width is None else self.width
        for row in replace(self.layout, width=width).rows(self.report):
            yield styled(row, options.encoding, colour=self.colour)


def styled(row: Row, encoding: str, *, colour: bool = True) -> Text:
    """A row as a line of rich text, never wrapped."""
    line = Text(no_wrap=True, overflow="ignore")
    for text, style in row:
        line.append(for_encoding(text, encoding), _COLOURS[style] if colour else "")
    line.rstrip()
    return line


def render(
    report: Report,
    *,
    width: int | None = None,
    colour: bool | None = None,
    full: bool = False,
    only: str | None = None,
    view: View = "student",
    folders: Sequence[Path] = (),
) -> Rendered:
    """The report as something that rich can print.

    `width` None takes the console's, `colour` False drops all styles, `full` shows every message
    and `only` that of one test; `folders` are those in which challenges were looked for besides the
    usual ones. Printing raises UnknownNameError when there is no such test.
    """
    layout = Layout(full=full, only=only, view=view, folders=tuple(map(str, folders)))
    return Rendered(report, layout, width, colour is not False)


def print_report(
    report: Report,
    file: IO[str] | None = None,
    *,
    width: int | None = None,
    colour: bool | None = None,
    full: bool = False,
    only: str | None = None,
) -> None:
    """Print the student's view of the report to `file`, standard output by default.

    The instructor's view: `console(...).print(render(report, view="instructor"))`.
    """
    shown = render(report, width=width, colour=colour, full=full, only=only)
    console(file, width=width, colour=colour).print(shown)


def console(
    file: IO[str] | None = None, *, width: int | None = None, colour: bool | None = None
) -> Console:
    """A console that takes text as it is: no markup, no emoji codes, no highlighting.

    `colour` None leaves it to the stream: none when piped or when NO_COLOR is set.
    """
    return Console(
        file=sys.stdout if file is None else file,
        width=width,
        force_terminal=True if colour else None,
        no_color=None if colour is None else not colour,
        force_jupyter=False,
        highlight=False,
        markup=False,
        emoji=False,
    )


def text(
    report: Report,
    width: int = 80,
    *,
    full: bool = False,
    only: str | None = None,
    view: View = "student",
) -> str:
    """The report as plain text, without any escape sequence."""
    return plain(Layout(width, full, only, view).rows(report))


def _demo() -> None:
    from judge.report.examples import failing, passing

    print_report(failing())
    sys.stdout.write("\n\n")
    print_report(passing())


if __name__ == "__main__":
    _demo()
