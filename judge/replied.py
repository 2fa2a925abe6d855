"""The code blocks of a chat reply, found in its Markdown. The code itself is not looked into.

What models write is not always good Markdown: blocks stand in lists at any depth, the last fence
may be missing where a reply was cut off, whole answers are wrapped in a block of Markdown. So the
rules of CommonMark hold only as far as they help.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_MARKDOWN = frozenset({"markdown", "md"})  # what stands in such a block is looked into
_LONGEST_NAME = 20  # of a language

# `possessive+` quantifiers: a line of a million blanks takes no longer than it is long.
_OPENING = re.compile(
    r"(?P<indent>[ \t]*+(?:(?:[-*+]|\d{1,9}[.)])[ \t]++)?)(?:(?P<fence>`{3,}+)(?P<info>[^`]*+)"
    r"|(?P<tildes>~{3,}+)(?P<rest>.*+))$"
)
_CLOSING = re.compile(r"(?P<indent>[ \t]*+)(?P<fence>`{3,}+|~{3,}+)[ \t]*+$")
_DEEPER = 3  # columns by which a closing fence may stand deeper than the opening one
_PYTHON = re.compile(r"(?:(?:i?python|py)[\d.]*)?")
_NAME = re.compile(r"[\s{}.]*+([^\s{}:,=]*+)")
_CODE = re.compile(r"^(?:def|class|import) ", re.MULTILINE)

_THINKING = re.compile(r"^[ \t]*+<think(ing)?>", re.MULTILINE | re.IGNORECASE)
_THOUGHT = re.compile(r"</think(?:ing)?>", re.IGNORECASE)
# Of reasoning whose beginning was part of the prompt: at an edge of its line, so not in code.
_END_ALONE = re.compile(r"^[ \t]*+</think(?:ing)?>|</think(?:ing)?>[ \t]*+$", re.M | re.I)


@dataclass(frozen=True)
class Block:
    """A fenced block. `number` counts from 1; `language` is its name in small letters."""

    number: int
    language: str
    source: str

    @property
    def is_python(self) -> bool:
        """A block that names no language may be Python: who parses it will see."""
        return _PYTHON.fullmatch(self.language) is not None


@dataclass(frozen=True)
class _Fence:
    """A line of backticks or tildes that begins a block."""

    indent: int
    mark: str
    language: str

    def is_closed_by(self, line: str) -> bool:
        found = _CLOSING.match(line)
        if found is None or len(found["indent"].expandtabs(4)) > self.indent + _DEEPER:
            return False
        return found["fence"][0] == self.mark[0] and len(found["fence"]) >= len(self.mark)


def without_thinking(text: str) -> str:
    """The reply without its reasoning: `<think>` to `</think>`, or to the end if that is missing.

    Where the beginning is missing, all up to the last `</think>` is reasoning.
    """
    kept, at = [], 0
    while begun := _THINKING.search(text, at):
        kept.append(text[at : begun.start()])
        ended = _THOUGHT.search(text, begun.end())
        at = ended.end() if ended else len(text)
    rest = "".join([*kept, text[at:]])
    alone = [found.end() for found in _END_ALONE.finditer(rest)]
    return rest[alone[-1] :] if alone else rest


def blocks_of(text: str) -> Iterator[Block]:
    """The fenced blocks in order, those of nothing but blanks left out."""
    number = 0
    for fence, lines in _fenced(text.split("\n")):
        source = "\n".join(lines)
        if source.strip():
            number += 1
            yield Block(number, fence.language, source)


def looks_like_code(text: str) -> bool:
    """Whether a text without fences is code and not prose."""
    return _CODE.search(text) is not None


def _fenced(lines: list[str]) -> Iterator[tuple[_Fence, list[str]]]:
    around: _Fence | None = None  # the block of Markdown that we are in
    within: _Fence | None = None
    body: list[str] = []
    for line in lines:
        if within is not None:
            if not within.is_closed_by(line):
                body.append(_dedented(line, within.indent))
                continue
            yield within, body
            within, body = None, []
        elif around is not None and around.is_closed_by(line):
            around = None
        elif opened := _opened(line):
            if opened.language in _MARKDOWN:
                around = opened
            else:
                within = opened
    if within is not None:
        yield within, body


def _opened(line: str) -> _Fence | None:
    found = _OPENING.match(line)
    if found is None:
        return None
    name = _NAME.match(found["info"] or found["rest"] or "")
    language = name[1].lower()[:_LONGEST_NAME] if name else ""
    indent = len(found["indent"].expandtabs(4))
    return _Fence(indent, found["fence"] or found["tildes"], language)


def _dedented(line: str, indent: int) -> str:
    """Without the blanks that the block as a whole is moved in by."""
    at = width = 0
    while at < len(line) and line[at] in " \t" and width < indent:
        width += 4 if line[at] == "\t" else 1
        at += 1
    return line[at:]
