"""Text from a submission, made safe to show.

Whatever a student's code can put into a report (exception texts, source lines, file names) may
carry terminal escapes, characters that reorder or hide what stands beside them, or a million
letters. Every view passes all text through here, also text of our own: one gate, no exceptions.

Rich markup needs no escaping: the terminal view hands rich `Text` objects, which carry none.
"""

from __future__ import annotations

import html
import itertools
import re
import unicodedata
from functools import lru_cache

REPLACEMENT = "\ufffd"
ELLIPSIS = "..."
LINE_LIMIT = 600
BLOCK_LIMIT = 20_000
_MARKS_IN_A_ROW = 3  # accents stacked on one letter; more of them climb over the lines above
_SEARCHED = 8  # only this many times the limit is looked at: the rest would be cut anyway

_ESCAPES = re.compile(
    # colours and cursor moves, then window titles and links, then resets and character sets
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]?"
    r"|(?:\x1b[\]PX^_]|[\x9d\x90\x98\x9e\x9f])[^\x07\x1b\x9c\n]*(?:\x07|\x1b\\|\x9c)?"
    r"|\x1b[ -/]*[0-~]?"
)
# Letters and marks that draw nothing, which their category does not tell.
_BLANK = frozenset(
    itertools.chain(
        (0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x2800, 0x3164, 0xFFA0),
        range(0x180B, 0x1810),
        range(0xFE00, 0xFE10),
        range(0xE0100, 0xE01F0),
    )
)


def block(text: str, limit: int = BLOCK_LIMIT) -> str:
    """`text` with its line breaks and nothing else that a display could act on.

    Terminal escapes and invisible characters are taken out; other control characters, lone
    surrogates and code points without a meaning become U+FFFD; at most `limit` characters are
    left. Cleaning twice changes nothing.
    """
    window = max(limit, 1) * _SEARCHED
    cut = len(text) > window
    text = text[:window]
    if not (text.isascii() and text.replace("\n", "").isprintable()):
        text = _ESCAPES.sub("", text.replace("\r\n", "\n"))
        text = _unstacked("".join(map(_safe, text)))
    if len(text) > limit or cut:
        keep = max(limit - len(ELLIPSIS), 0)
        text = text[:keep] + ELLIPSIS[:limit]
    return text


def one_line(text: str, limit: int = LINE_LIMIT) -> str:
    """The same on one line: a line break becomes a space."""
    return block(text, limit).replace("\n", " ")


def for_html(text: str) -> str:
    """Cleaned and escaped, for HTML text and for attribute values in quotes."""
    return html.escape(block(text), quote=True)


def for_encoding(text: str, encoding: str) -> str:
    """What a stream of this encoding can take; a `?` stands for what it cannot."""
    return text.encode(encoding, "replace").decode(encoding, "replace")


@lru_cache(maxsize=4096)
def _safe(char: str) -> str:
    if char == "\n":
        return char
    if char == "\t":
        return "    "
    if ord(char) in _BLANK:
        return ""
    category = unicodedata.category(char)
    if category in ("Cc", "Cs", "Cn", "Co"):
        return REPLACEMENT
    return {"Cf": "", "Zl": "\n", "Zp": "\n", "Zs": " "}.get(category, char)


def _unstacked(text: str) -> str:
    kept: list[str] = []
    marks = 0
    for char in text:
        marks = marks + 1 if unicodedata.category(char) in ("Mn", "Me") else 0
        if marks <= _MARKS_IN_A_ROW:
            kept.append(char)
    return "".join(kept)
