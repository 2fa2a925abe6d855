"""The message of one hidden test: at most twelve lines, plain text, read in a fixed order.

    FAILED    forward: the running sums follow a growing maximum                      0 of 2
    called    flash_attention_fwd(Q, K, V, tile_size=16, causal=True)
              Q, K, V float64 (2, 3, 100, 16)
    expected  O as full softmax attention, error at most 1e-4 of the largest |O|
    got       54.1% of O is off; worst O[b0 h2, row 42, col 1] = 1.1645, expected -0.90326
    where     ...
    means     ...
    next      ...

The *instructor* sees everything. The *student* sees of a hidden test only its title and the
misconception: its inputs and numbers would give it away.
"""

from __future__ import annotations

import itertools
from typing import Literal, NamedTuple

from judge.report import figures
from judge.report.clean import one_line
from judge.report.lines import columns, cut, pad, wrap
from judge.report.wording import Section, section, sections
from judge.results import Evidence, Outcome, Status

View = Literal["student", "instructor"]

WIDTH = 92
MIN_WIDTH = 50
ROOM = 12  # lines of a message, its title included
LABELS = ("called", "expected", "got", "where", "means", "next")
GUTTER = 10  # columns of the label
# What the reader misses with each shorter version: the call's inputs weigh more than half the
# heads of the tile picture, the picture as a whole more than anything else.
_LOSSES = {"where": (0, 1, 3, 12), "called": (0, 1, 6), "got": (0, 2, 4)}
_TITLE = 160
_HIDDEN = " (hidden)"

WORDS = {
    Status.PASSED: "passed",
    Status.FAILED: "FAILED",
    Status.CRASHED: "crashed",
    Status.EXCEEDED: "exceeded",
    Status.NOT_RUN: "not run",
    Status.NOT_ATTEMPTED: "not attempted",
    Status.BROKEN: "broken",
}


class Line(NamedTuple):
    """One line of a message. A line that goes on with the last label has none of its own."""

    label: str
    text: str


def message_lines(outcome: Outcome, view: View = "student", width: int = WIDTH) -> list[Line]:
    """The message below the title: nothing for a passed test, else up to eleven lines.

    No line is wider than `width` columns, label and all.
    """
    width = max(width, MIN_WIDTH)
    room = ROOM - len(title_lines(outcome, width, view))
    parts = message_parts(outcome, view, width - GUTTER)
    return [
        Line("" if index else part.label, text)
        for part, lines in zip(parts, _fitted(parts, room, width - GUTTER), strict=True)
        for index, text in enumerate(lines)
    ]


def message_parts(outcome: Outcome, view: View, width: int) -> list[Section]:
    """What each label says, in reading order; a view chooses among the versions of each."""
    parts = [part for part in _sections(outcome, view, width) if part.versions]
    return sorted(parts, key=lambda part: LABELS.index(part.label))


def told_evidence(outcome: Outcome, view: View) -> Evidence | None:
    """The evidence that the message words; None where this reader is not to see any."""
    own = outcome.status in (Status.FAILED, Status.CRASHED, Status.EXCEEDED)
    return outcome.evidence if own and _open(outcome, view) else None


def message_text(outcome: Outcome, view: View = "student", width: int = WIDTH) -> str:
    """The same as one text; empty for a passed test."""
    return "\n".join(line_text(line) for line in message_lines(outcome, view, width))


def line_text(line: Line) -> str:
    """`label     text`, the label in its gutter."""
    return f"{line.label:<{GUTTER}}{line.text}".rstrip()


def titled(outcome: Outcome, view: View) -> str:
    """The title; an instructor is told which tests the student sees nothing of."""
    kept_back = view == "instructor" and outcome.visibility == "hidden"
    return one_line(outcome.title, _TITLE) + (_HIDDEN if kept_back else "")


def title_lines(outcome: Outcome, width: int = WIDTH, view: View = "student") -> list[str]:
    """Status, task, title and points; a long title takes two lines, never more."""
    word = WORDS[outcome.status]
    word = pad(word, max(GUTTER, len(word) + 2))
    score = earned(outcome)
    title = one_line(f"{outcome.task}: {titled(outcome, view)}", _TITLE)
    room = max(width - columns(word) - columns(score) - 2, GUTTER)
    lines = wrap(title, room)
    if len(lines) > 2:
        lines = [lines[0], cut(" ".join(lines[1:]), room)]
    first = f"{word}{pad(lines[0], room)}  {score}".rstrip()
    return [first, *(" " * columns(word) + line for line in lines[1:])]


def about_lines(outcome: Outcome, view: View, width: int, room: int) -> list[str]:
    """What the test asks, in its author's words, where `room` lines can hold it."""
    if not _open(outcome, view):
        return []
    told = " ".join(outcome.about.split())  # a docstring may have paragraphs
    lines = wrap(one_line(told), max(width, MIN_WIDTH) - GUTTER)
    return lines if any(lines) and len(lines) <= room else []


def earned(outcome: Outcome) -> str:
    """`0 of 2`; what carries no points or cannot be judged says so instead."""
    if outcome.status is Status.BROKEN:
        return "not judged"
    if not outcome.possible:
        return "strict" if outcome.group == "strict" else "no points"
    return f"{figures.points(outcome.earned)} of {figures.points(outcome.possible)}"


def _open(outcome: Outcome, view: View) -> bool:
    return view == "instructor" or outcome.visibility == "public"


def _sections(outcome: Outcome, view: View, width: int) -> list[Section]:
    reason = one_line(outcome.reason or "")
    match outcome.status:
        case Status.PASSED:
            return []
        case Status.BROKEN:
            return _broken(reason if _open(outcome, view) else "", width)
        case Status.NOT_RUN:
            why, following = "a test that it needs did not pass", "mend that first; this runs then"
        case Status.NOT_ATTEMPTED:
            why, following = "the function is missing", "write it, and check again"
        case _:
            return _not_passed(outcome, view, width)
    return [section("got", width, [reason or why]), section("next", width, [following])]


def _not_passed(outcome: Outcome, view: View, width: int) -> list[Section]:
    means = _means(outcome, width)
    if not _open(outcome, view):
        told = {
            Status.FAILED: "not what was expected",
            Status.CRASHED: "your code raised an error, or its process ended",
            Status.EXCEEDED: "time, memory or output went over its limit",
        }[outcome.status]
        return [
            section("got", width, [f"{told}; inputs and numbers of this test stay hidden"]),
            means,
        ]
    if outcome.evidence is None:
        return [section("got", width, [one_line(outcome.reason or "no details were kept")]), means]
    return [*sections(outcome.evidence, width), means]


def _means(outcome: Outcome, width: int) -> Section:
    known = outcome.misconception
    if known is None:
        return section("means", width)
    name = f"`{one_line(known.name, 80)}`"
    equal = known.match == "equals"
    how = "these numbers equal the known mistake" if equal else "the pattern fits"
    return section("means", width, [f"{how} {name}: {one_line(known.text)}"])


def _broken(reason: str, width: int) -> list[Section]:
    return [
        section("got", width, ["the judge failed here, not your code; no points are lost"]),
        section("where", width, [reason]),
        section("next", width, ["check again with the same seed; if it stays, please report it"]),
    ]


def _fitted(parts: list[Section], room: int, width: int) -> list[list[str]]:
    """The version of each section with which all take at most `room` lines and least is lost."""
    fitting = [
        (sum(_loss(part, pick) for part, pick in zip(parts, picks, strict=True)), picks)
        for picks in itertools.product(*(range(len(part.versions)) for part in parts))
        if sum(len(part.versions[pick]) for part, pick in zip(parts, picks, strict=True)) <= room
    ]
    shortest = tuple(len(part.versions) - 1 for part in parts)
    _, picks = min(fitting, default=(0, shortest))
    texts = [list(part.versions[pick]) for part, pick in zip(parts, picks, strict=True)]
    while sum(map(len, texts)) > room:
        longest = max(texts, key=len)
        longest[-2:] = [cut(" ".join(longest[-2:]), width)]
    return texts


def _loss(part: Section, pick: int) -> int:
    """How much the reader misses when the section takes this version instead of its fullest."""
    losses = _LOSSES.get(part.label, ())
    return losses[pick] if pick < len(losses) else 20 * pick
