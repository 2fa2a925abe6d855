"""Text in columns: how wide it is on a screen, wrapped, cut and padded to that width.

Widths are columns, not characters: a CJK letter or an emoji takes two, an accent none.
"""

from __future__ import annotations

import re
import unicodedata

from judge.report.clean import ELLIPSIS


def columns(text: str) -> int:
    """The number of columns that `text` takes on a screen."""
    return len(text) if text.isascii() else sum(map(_column, text))


def wrap(text: str, width: int) -> list[str]:
    """`text` on lines of at most `width` columns, broken at spaces where there are any.

    Text that fits is left as it is, its inner spaces too: pictures and code keep their shape.
    """
    width = max(width, 2)
    lines: list[str] = []
    while columns(text) > width:
        head = _fitting(text, width)
        space = _last_break(text, head)
        lines.append(text[:space].rstrip())
        text = text[space:].lstrip()
    if text or not lines:
        lines.append(text)
    return lines


def cut(text: str, width: int) -> str:
    """`text` in at most `width` columns; three dots at its end say that it was cut."""
    if columns(text) <= width:
        return text
    mark = f" {ELLIPSIS}" if width > 2 * len(ELLIPSIS) else ""
    return text[: _fitting(text, width - len(mark))].rstrip() + mark


def pad(text: str, width: int) -> str:
    """`text` with spaces behind it up to `width` columns."""
    return text + " " * max(width - columns(text), 0)


def _column(char: str) -> int:
    if unicodedata.category(char) in ("Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(char) in ("W", "F") else 1


def _fitting(text: str, width: int) -> int:
    """How many characters of `text` fit into `width` columns."""
    used = 0
    for index, char in enumerate(text):
        used += _column(char)
        if used > width:
            return index
    return len(text)


def _last_break(text: str, head: int) -> int:
    """Where to break `text` so that at most `head` characters come before."""
    for space in reversed(list(re.finditer(r"\s+", text[: head + 1]))):
        if text[: space.start()].strip():
            return space.start()
    return max(head, 1)
