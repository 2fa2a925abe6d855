"""The terminal that the commands write to, and the line that shows a check at work."""

from __future__ import annotations

import contextlib
import io
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NoReturn

from rich.console import Console, RenderableType
from rich.text import Text

_PIPED = 200  # columns where nobody's screen cuts
_READING = 92  # wider lines of prose are hard to read
_PAGE = 80  # what is laid out for nobody's screen


class _Pipe(Console):
    def on_broken_pipe(self) -> NoReturn:
        """Rich would leave with exit code 1, which says *not passed*."""
        raise BrokenPipeError


def console() -> Console:
    """Standard output. In a pipe or a file, lines stay whole."""
    width = None if sys.stdout.isatty() else _PIPED
    return _Pipe(width=width, highlight=False, markup=False, emoji=False)


def reading_width() -> int:
    """The columns to lay a page out for: those of the screen, as far as they are good to read."""
    return min(console().width, _READING) if sys.stdout.isatty() else _PAGE


def show(parts: Iterable[RenderableType]) -> None:
    """Print one part after the other; what is laid out wider than the screen is not cut."""
    out = console()
    for part in parts:
        out.print(part, crop=False)


def show_prose(parts: Iterable[RenderableType]) -> None:
    """The same in columns that are good to read."""
    out = console()
    for part in parts:
        out.print(part, width=min(out.width, _READING), crop=False)


def as_text(parts: Iterable[RenderableType], width: int = 80) -> str:
    """The same as plain text without any escape sequence."""
    out = Console(
        file=io.StringIO(),
        width=width,
        color_system=None,
        force_jupyter=False,
        highlight=False,
        markup=False,
        emoji=False,
    )
    with out.capture() as captured:
        for part in parts:
            out.print(part)
    return "\n".join(line.rstrip() for line in captured.get().rstrip("\n").split("\n"))


@contextlib.contextmanager
def watching_tests(
    *, quiet: bool = False
) -> Iterator[Callable[[Sequence[str], int, int], None] | None]:
    """Shows which hidden tests are running: a function of their titles, how many are done, all."""
    with _line(quiet=quiet) as tell:
        if tell is None:
            yield None
            return

        def tick(running: Sequence[str], done: int, total: int) -> None:
            tell(f"{done} of {total} tests done; running: {', '.join(running) or '...'}")

        yield tick


@contextlib.contextmanager
def watching_steps() -> Iterator[Callable[[str, int, int], None] | None]:
    """Shows which step is taken: a function of what it is, how many are done, all."""
    with _line() as tell:
        if tell is None:
            yield None
            return

        def step(what: str, done: int, total: int) -> None:
            tell(f"{done} of {total}: {what}")

        yield step


@contextlib.contextmanager
def watching_many() -> Iterator[Callable[[int, int, str], None]]:
    """A bar with rate and estimate: a function of how many are done, all, and a word on them."""
    if not sys.stderr.isatty():
        yield lambda done, total, word: None
        return
    from rich import progress as bars

    err = Console(stderr=True, highlight=False, markup=False, emoji=False)
    columns = (
        bars.BarColumn(bar_width=24),
        bars.MofNCompleteColumn(),
        bars.TaskProgressColumn(),
        bars.TimeRemainingColumn(compact=True),
        bars.TextColumn("{task.description}", markup=False),
    )
    with bars.Progress(*columns, console=err, transient=True) as shown:
        line = shown.add_task("starting", total=None)

        started = time.monotonic()

        def tick(done: int, total: int, word: str) -> None:
            rate = f"{done / max(time.monotonic() - started, 1e-3):.1f} a second"
            shown.update(line, completed=done, total=total, description=f"{rate}  {word}")

        yield tick


@contextlib.contextmanager
def _line(*, quiet: bool = False) -> Iterator[Callable[[str], None] | None]:
    """A line that changes, on standard error and only in a terminal."""
    if quiet or not sys.stderr.isatty():
        yield None
        return
    err = Console(stderr=True, highlight=False, markup=False, emoji=False)
    with err.status("starting") as line:
        yield lambda text: line.update(Text(text[: err.width - 4]))
