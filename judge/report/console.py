"""The terminal that the commands write to, and the line that shows a check at work."""

from __future__ import annotations

import contextlib
import io
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NoReturn

from rich.console import Console, RenderableType
from rich.text import Text

_PIPED = 200  # columns where nobody's screen cuts
_READING = 92  # wider lines of prose are hard to read


class _Pipe(Console):
    def on_broken_pipe(self) -> NoReturn:
        """Rich would leave with exit code 1, which says *not passed*."""
        raise BrokenPipeError


def console() -> Console:
    """Standard output. In a pipe or a file, lines stay whole."""
    width = None if sys.stdout.isatty() else _PIPED
    return _Pipe(width=width, highlight=False, markup=False, emoji=False)


def show(parts: Iterable[RenderableType]) -> None:
    """Print one part after the other."""
    out = console()
    for part in parts:
        out.print(part)


def show_prose(parts: Iterable[RenderableType]) -> None:
    """The same in columns that are good to read."""
    out = console()
    for part in parts:
        out.print(part, width=min(out.width, _READING))


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
    return captured.get().rstrip("\n")


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
def _line(*, quiet: bool = False) -> Iterator[Callable[[str], None] | None]:
    """A line that changes, on standard error and only in a terminal."""
    if quiet or not sys.stderr.isatty():
        yield None
        return
    err = Console(stderr=True, highlight=False, markup=False, emoji=False)
    with err.status("starting") as line:
        yield lambda text: line.update(Text(text[: err.width - 4]))
