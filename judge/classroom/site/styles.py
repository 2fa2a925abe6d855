"""Styles that stand on hundreds of elements of a report, as classes: half of a page is saved."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count, product
from string import ascii_letters

_STYLE = re.compile(r' style="([^"<>]*)"')
_STROKES = re.compile(r'(?: stroke(?:-[a-z]+)?="[^"<>]*"){2,}')  # of a picture: styles as well


@dataclass(frozen=True)
class Styled:
    """HTML without styles of its own, and the rules that they became."""

    html: str
    rules: str


def gathered(fragment: str) -> Styled:
    """Each different style of the fragment as a class.

    The fragment is ours and has no classes; texts in it are escaped, so that no quotation mark of a
    submission's can end or begin an attribute.
    """
    known: dict[str, str] = {}
    fresh = _names()

    def named(found: re.Match[str], style: str) -> str:
        if style not in known:
            known[style] = next(fresh)
        closes = found.string.startswith("/", found.end())  # a slash would belong to the name
        return f" class={known[style]}{' ' if closes else ''}"

    html = _STYLE.sub(lambda found: named(found, found[1]), fragment)
    html = _STROKES.sub(lambda found: named(found, _as_style(found[0])), html)
    rules = "".join(f".{name}{{{style}}}" for style, name in known.items())
    return Styled(html, rules)


def _as_style(attributes: str) -> str:
    found = re.findall(r'(stroke[a-z-]*)="([^"]*)"', attributes)
    return ";".join(f"{name}:{value}" for name, value in found)


def _names() -> Iterator[str]:
    """Short names, none of which a page uses for anything else: they begin with an underscore."""
    for length in count(1):
        for letters in product(ascii_letters, repeat=length):
            yield "_" + "".join(letters)
