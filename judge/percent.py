"""Percent scripts: a notebook kept as a plain Python file, cells parted by lines `# %%`.

    # %% [markdown] role="statement"
    # Write *softmax*.
    # %% role="task" task="forward"
    def softmax(x): ...

A marker line carries `[markdown]` or nothing, then key="value" pairs. Comments stay comments:
unlike in an editor that syncs notebooks, no line of code changes its meaning here.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from judge.errors import ChallengeError

_MARKER = re.compile(r"#\s*%%(?:\s+(?P<rest>.*))?$")
_KIND = re.compile(r"\[(markdown|md)\]\s*")
_PAIR = re.compile(r'([A-Za-z_][\w-]*)=("(?:[^"\\]|\\.)*")\s*')


@dataclass(frozen=True)
class PercentCell:
    """A cell: its kind, the pairs of its marker, its text, and the file's line it starts in."""

    kind: Literal["code", "markdown"]
    metadata: dict[str, str]
    source: str
    line: int

    @property
    def role(self) -> str:
        return self.metadata.get("role", "")


def parse_percent(text: str, name: str) -> tuple[PercentCell, ...]:
    """The cells of a percent script. `name` is the file's name in messages.

    Before the first marker only comments may stand. Raises ChallengeError with file and line.
    """
    lines = text.replace("\r\n", "\n").split("\n")
    starts = [n for n, line in enumerate(lines) if _MARKER.match(line)]
    _check_preamble(lines[: starts[0]] if starts else lines, name)
    return tuple(_cell(lines, start, end, name) for start, end in pairwise([*starts, len(lines)]))


def _check_preamble(lines: list[str], name: str) -> None:
    for number, line in enumerate(lines, start=1):
        if line.strip() and not line.startswith("#"):
            raise ChallengeError(
                f"{name}, line {number}: there is text before the first cell.\n"
                'Put a marker above it, such as: # %% role="setup"'
            )


def _cell(lines: list[str], start: int, end: int, name: str) -> PercentCell:
    kind, metadata = _read_marker(lines[start], f"{name}, line {start + 1}")
    first = start + 1
    while first < end and not lines[first].strip():
        first += 1
    while end > first and not lines[end - 1].strip():
        end -= 1
    body: Iterable[str] = lines[first:end]
    if kind == "markdown":
        body = [_uncommented(line, n, name) for n, line in enumerate(body, start=first + 1)]
    return PercentCell(kind, metadata, "\n".join(body), first + 1)


def _read_marker(line: str, place: str) -> tuple[Literal["code", "markdown"], dict[str, str]]:
    match = _MARKER.match(line)
    rest = (match.group("rest") or "").strip() if match else ""
    kind = _KIND.match(rest)
    rest = rest[kind.end() :] if kind else rest
    metadata: dict[str, str] = {}
    while pair := _PAIR.match(rest):
        metadata[pair.group(1)] = str(json.loads(pair.group(2)))
        rest = rest[pair.end() :]
    if rest:
        raise ChallengeError(
            f"{place}: the cell marker has {rest!r}, which cannot be read.\n"
            'After `# %%` stands [markdown] or nothing, then pairs such as role="task".'
        )
    return ("markdown" if kind else "code"), metadata


def _uncommented(line: str, number: int, name: str) -> str:
    if not line.strip():
        return ""
    if not line.startswith("#"):
        raise ChallengeError(
            f"{name}, line {number}: a line of a markdown cell does not start with `#`.\n"
            "Comment it out, or start a code cell above it with `# %%`."
        )
    return line.removeprefix("#").removeprefix(" ")
