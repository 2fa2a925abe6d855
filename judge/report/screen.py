"""What `judge watch` shows: one report after the other, and a line that says which keys there are.

On a terminal each check takes the place of the one before; elsewhere one is appended to the other.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from rich.console import Group, RenderableType
from rich.control import Control
from rich.segment import ControlType
from rich.text import Text

from judge.report import console
from judge.report import hint as hinting
from judge.report.change import Change, rows
from judge.report.clean import block, for_encoding
from judge.report.terminal import render, styled

if TYPE_CHECKING:
    from pathlib import Path

    from judge.hints import Hint
    from judge.results import Report

_Tick = Callable[[Sequence[str], int, int], None]  # running titles, done, all
_KEYS = "h next hint   r run again   n next challenge   q quit"
_NO_KEYS = "watching for the next save; Ctrl-C ends"
_ERASED = Control(ControlType.CARRIAGE_RETURN, (ControlType.ERASE_IN_LINE, 2))


class Screen:
    """Standard output while a file is watched."""

    def __init__(self, *, keys: bool, folders: Sequence[Path] = ()) -> None:
        """`folders` are those in which challenges are looked for besides the usual ones."""
        self._keys = keys
        self._folders = folders
        self._clears = sys.stdout.isatty() and not console.console().is_dumb_terminal
        self._begun = False
        self._waits = False  # whether the last line, still open, is the one about the keys

    @contextlib.contextmanager
    def at_work(self) -> Iterator[_Tick | None]:
        """While a check runs: a function that shows which hidden tests are running."""
        self.close()
        with console.watching_tests() as tick:
            yield tick

    def show(self, report: Report, change: Change | None) -> None:
        """A report, and below it what changed since the one before."""
        parts: list[RenderableType] = [render(report, folders=self._folders)]
        if change is not None:
            out = console.console()
            lines = [styled(row, out.encoding) for row in rows(change, out.width)]
            parts += [Text(), Group(*lines)]
        self._print(parts, clear=True)

    def tell(self, text: str) -> None:
        """A message in place of a report."""
        self._print([_said(text)], clear=True)

    def add(self, text: str) -> None:
        """A message below what is there."""
        self._print([_said(text)], clear=False)

    def hint(self, hint: Hint) -> None:
        """A hint below what is there."""
        self._print([*hinting.lines([hint])], clear=False)

    def close(self) -> None:
        """Take the line about the keys away."""
        if self._waits:
            console.console().control(_ERASED)
            self._waits = False

    def _print(self, parts: list[RenderableType], *, clear: bool) -> None:
        self.close()
        if clear and self._clears:
            console.console().clear()
        elif self._begun and not self._clears:
            parts = [Text(), *parts]
        self._begun = True
        console.show_prose(parts)
        self._wait()

    def _wait(self) -> None:
        out = console.console()
        if self._clears:
            out.print()
            told = Text(_KEYS if self._keys else _NO_KEYS, "dim")
            out.print(told, end="", no_wrap=True, overflow="ellipsis")
            self._waits = True
        elif self._keys:
            out.print(Text(f"\n{_KEYS}"))


def _said(text: str) -> Text:
    return Text(for_encoding(block(text), console.console().encoding))
