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
_FILE = ".py"  # a block may bear the name of a file instead of a language
_CODE = re.compile(r"^(?:def|class|import) ", re.MULTILINE)
# What only code begins with, and what only prose or a tag around the code does.
_FIRST_OF_CODE = re.compile(
    r"^(?:import [\w.]++(?: as \w++)?+[ \t]*+(?:[,#].*+)?|from [\w.]++ import .++|@\w.*+"
    r"|(?:async )?def \w++\(.*+|class \w++[(:].*+)$",
    re.MULTILINE,
)
_PROSE = re.compile(r"\s*+(?:<\w|[A-Z]\w*+(?:['!\u2019]|,? [a-z]++[ '\u2019]))")
_MARGIN = 4  # columns by which Markdown without fences moves code in

_TAG = r"(?:think(?:ing)?|thought|reasoning)"
_THINKING = re.compile(rf"^[ \t]*+(?:<{_TAG}>|(?-i:\[THINK\]))", re.MULTILINE | re.IGNORECASE)
_THOUGHT = re.compile(rf"</{_TAG}>|(?-i:\[/THINK\])", re.IGNORECASE)
# Of reasoning whose beginning was part of the prompt: at an edge of its line, so not in code.
_END_ALONE = re.compile(rf"^[ \t]*+</{_TAG}>|</{_TAG}>[ \t]*+$", re.M | re.I)
# A raw reply in channels, of which the final one is the answer.
_CHANNEL = re.compile(r"<\|channel\|>(\w++)[^<\n]*+(?:<\|constrain\|>\w*+)?<\|message\|>")
_CHANNEL_END = re.compile(r"<\|(?:end|return|call|start)\|>")


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
    text = _final(text)
    kept, at = [], 0
    while begun := _THINKING.search(text, at):
        kept.append(text[at : begun.start()])
        ended = _THOUGHT.search(text, begun.end())
        at = ended.end() if ended else len(text)
    rest = "".join([*kept, text[at:]])
    alone = [found.end() for found in _END_ALONE.finditer(rest)]
    return rest[alone[-1] :] if alone else rest


def _final(text: str) -> str:
    """Of a reply in channels what the final one says, nothing when it has none."""
    channels = list(_CHANNEL.finditer(text))
    if not channels:
        return text
    final = [found.end() for found in channels if found[1] == "final"]
    return _CHANNEL_END.split(text[final[-1] :], maxsplit=1)[0] if final else ""


def blocks_of(text: str) -> Iterator[Block]:
    """The fenced blocks in order, those of nothing but blanks left out."""
    number = 0
    for fence, lines in _fenced(text.split("\n")):
        source = "\n".join(lines)
        if source.strip():
            number += 1
            yield Block(number, fence.language, source)


def indented_blocks(text: str) -> Iterator[Block]:
    """Of a text without fences the parts that are moved in, as old Markdown has its code.

    None of them, unless one looks like code.
    """
    parts: list[list[str]] = [[]]
    for line in text.split("\n"):
        if line.strip() and len(line[: -len(line.lstrip())].expandtabs(4)) < _MARGIN:
            parts.append([])
        else:
            parts[-1].append(_dedented(line, _MARGIN))
    sources = [source for part in parts if (source := "\n".join(part).strip("\n")).strip()]
    if any(map(looks_like_code, sources)):
        yield from (Block(number, "", source) for number, source in enumerate(sources, start=1))


def looks_like_code(text: str) -> bool:
    """Whether a text without fences is code and not prose."""
    return _CODE.search(text) is not None


def without_prose(text: str) -> str:
    """Code without fences from its first line on, where a sentence or a tag stands before it."""
    begun = _FIRST_OF_CODE.search(text) if _PROSE.match(text) else None
    return text[begun.start() :] if begun else text


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
    language = name[1].lower() if name else ""
    language = "python" if language.endswith(_FILE) else language[:_LONGEST_NAME]
    indent = len(found["indent"].expandtabs(4))
    return _Fence(indent, found["fence"] or found["tildes"], language)


def _dedented(line: str, indent: int) -> str:
    """Without the blanks that the block as a whole is moved in by."""
    at = width = 0
    while at < len(line) and line[at] in " \t" and width < indent:
        width += 4 if line[at] == "\t" else 1
        at += 1
    return line[at:]
