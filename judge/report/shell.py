"""A shell command on lines of a screen, to be copied as it stands."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from judge.report.lines import columns

_JOINT = 2  # columns for what says that a line goes on


def fits(command: str, width: int) -> bool:
    """Whether each word of the command fits into a line of `width` columns."""
    return all(columns(shlex.quote(word)) <= width - _JOINT for word in shlex.split(command))


def command_lines(command: str, width: int) -> list[str]:
    """The command on lines of at most `width` columns, joined by backslashes.

    A word that is longer goes on in the next line, which must then begin at the margin.
    """
    lines: list[str] = []
    line = ""
    for word in shlex.split(command):
        first, *others = _pieces(word, width - _JOINT)
        longer = f"{line} {first}".lstrip()
        if line and (others or columns(longer) > width - _JOINT):
            lines.append(f"{line} \\")
            longer = first
        lines.extend(f"{piece}\\" for piece in [longer, *others][: len(others)])
        line = others[-1] if others else longer
    return [*lines, line]


def _pieces(word: str, width: int) -> Iterator[str]:
    """The word in quoted pieces of at most `width` columns; a shell puts them together again."""
    start = 0
    for end in range(1, len(word) + 1):
        if start < end - 1 and columns(shlex.quote(word[start:end])) > width:
            yield shlex.quote(word[start : end - 1])
            start = end - 1
    yield shlex.quote(word[start:])
