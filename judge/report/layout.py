"""A whole report on lines of styled text, for a width: what the terminal shows.

The styles are names; `terminal` gives them colours. Every status is a word as well, so nothing is
lost without them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from judge.report import figures, message, shell, summary
from judge.report.clean import one_line
from judge.report.lines import columns, cut, pad, wrap
from judge.report.message import GUTTER, MIN_WIDTH, ROOM, WIDTH, View
from judge.report.summary import TaskTests
from judge.results import KERNEL, Outcome, Report, Status, Verdict

Style = Literal["", "strong", "quiet", "good", "bad", "warn", "ours"]

_BAR = 20
_STYLES: dict[Status, Style] = {
    Status.PASSED: "good",
    Status.FAILED: "bad",
    Status.CRASHED: "bad",
    Status.EXCEEDED: "warn",
    Status.NOT_RUN: "quiet",
    Status.NOT_ATTEMPTED: "quiet",
    Status.BROKEN: "ours",
}
_VERDICT_STYLES: dict[Verdict, Style] = {
    Verdict.PASSED: "good",
    Verdict.FAILED: "bad",
    Verdict.NOT_ATTEMPTED: "quiet",
    Verdict.REFUSED: "warn",
    Verdict.BROKEN: "ours",
}


class Span(NamedTuple):
    """A stretch of text in one style."""

    text: str
    style: Style = ""


Row = tuple[Span, ...]


@dataclass(frozen=True)
class Layout:
    """What of a report to show, and how wide.

    `only` names the one test to show; `full` shows the message of each that did not pass.
    `folders` are those in which challenges were looked for besides the usual ones.
    """

    width: int = 80
    full: bool = False
    only: str | None = None
    view: View = "student"
    folders: tuple[str, ...] = ()

    def rows(self, report: Report) -> list[Row]:
        """The report as rows. Raises UnknownNameError when `only` is no test of it."""
        page = _Page(report, max(MIN_WIDTH, min(self.width, WIDTH)), self.view, self.folders)
        body = page.one(self.only) if self.only is not None else page.tasks(self.full)
        rows = [*page.head(), *body, *page.end()]
        return [tuple(span for span in row if span.text) for row in rows]


def plain(rows: list[Row]) -> str:
    """The rows without their styles, each ended by a line break."""
    return "".join("".join(span.text for span in row).rstrip() + "\n" for row in rows)


@dataclass(frozen=True)
class _Page:
    report: Report
    width: int
    view: View
    folders: tuple[str, ...]

    def head(self) -> Iterator[Row]:
        """Verdict and points, a bar for each task, and how to see the same again."""
        report = self.report
        score = summary.score(report)
        word = summary.VERDICTS[report.verdict]
        first = max(GUTTER, columns(word) + 2)
        room = max(self.width - first - columns(score) - 2, GUTTER)
        title = cut(one_line(report.challenge.title or report.challenge.id), room)
        yield (
            Span(pad(word, first), _VERDICT_STYLES[report.verdict]),
            Span(pad(title, room), "strong"),
            Span(f"  {score}"),
        )
        yield from self._labelled("reason", summary.reason(report))
        yield ()
        yield from self._bars()
        yield from self._labelled("checked", summary.checked(report))
        yield from self._labelled("isolation", summary.isolation(report))
        yield from self._repeat()
        for note in summary.remarks(report):
            yield from self._labelled("note", note)

    def tasks(self, full: bool) -> Iterator[Row]:
        """The tests of each task on a line each, then the messages."""
        for part in summary.by_task(self.report):
            yield ()
            yield self._rule(one_line(part.task.id))
            if part.untouched:
                yield from self._untouched(part, part.tests)
                continue
            yield from self._list(part)
            if part.unwritten and not full:
                yield ()
                yield from self._untouched(part, part.unwritten)
            for outcome in part.shown(full):
                yield ()
                yield from self._message(outcome)
        if not full:
            yield from self._more()

    def one(self, name: str) -> Iterator[Row]:
        """The message of the tests of that name, and nothing of the others."""
        for outcome in summary.chosen(self.report, name):
            yield ()
            yield from self._message(outcome)

    def end(self) -> Iterator[Row]:
        """One sentence: what to do now."""
        yield ()
        yield from self._labelled("next", summary.next_step(self.report))

    def _more(self) -> Iterator[Row]:
        left = sum(part.withheld for part in summary.by_task(self.report))
        if left:
            yield ()
            kept = figures.count(left, "message")
            how = "repeat with --all, or with --test NAME for one"
            if self.report.submission.origin == KERNEL:
                how = "shown when these are mended"
            yield from self._labelled("more", f"{kept}: {how}")

    def _repeat(self) -> Iterator[Row]:
        """A command that can be copied; with a long word it begins at the margin."""
        command = summary.repeat_command(self.report, self.folders)
        if command is None:
            seed = self.report.seed
            yield from self._labelled("seed", "" if seed is None else str(seed))
        elif self.report.submission.origin == KERNEL:
            yield from self._labelled("repeat", command)
        elif shell.fits(command, self.width - GUTTER):
            yield from _beside("repeat", shell.command_lines(command, self.width - GUTTER))
        else:
            yield (Span("repeat", "quiet"),)
            for line in shell.command_lines(command, self.width):
                yield (Span(line),)

    def _labelled(self, label: str, text: str) -> Iterator[Row]:
        if text:
            yield from _beside(label, wrap(text, self.width - GUTTER))

    def _bars(self) -> Iterator[Row]:
        parts = summary.by_task(self.report)
        if not parts:
            return
        names = [cut(one_line(part.task.id), self.width // 4) for part in parts]
        first = max(GUTTER, max(map(columns, names)) + 2)
        scores = [_score(part) for part in parts]
        second = max(map(len, scores))
        length = _BAR if self.width >= 72 else _BAR // 2
        before = first + length + second + 5
        for part, name, score in zip(parts, names, scores, strict=True):
            done = _filled(part, length)
            told, *more = _counted(part, self.width - before)
            yield (
                Span(pad(name, first)),
                Span("#" * done, "good"),
                Span("." * (length - done), "quiet"),
                Span(f"  {score:>{second}}   {told}"),
            )
            yield from ((Span(" " * before + line),) for line in more)
        yield ()

    def _rule(self, name: str) -> Row:
        name = cut(name, self.width - 4)
        return Span(name, "strong"), Span(" " + "-" * (self.width - columns(name) - 1), "quiet")

    def _untouched(self, part: TaskTests, tests: Sequence[Outcome]) -> Iterator[Row]:
        """Why these tests were not attempted, or wait for others that were not."""
        counted = figures.count(len(tests), "test")
        text = f"not attempted ({counted}): {one_line(part.missing)}"
        for line in wrap(text, self.width):
            yield (Span(line),)

    def _list(self, part: TaskTests) -> Iterator[Row]:
        words = [message.WORDS[test.status] for test in part.tests]
        scores = [message.earned(test) for test in part.tests]
        first = max([GUTTER, *(len(word) + 2 for word in words)])
        last = max(map(len, scores), default=0)
        room = self.width - first - last - 2
        for test, word, score in zip(part.tests, words, scores, strict=True):
            yield (
                Span(pad(word, first), _STYLES[test.status]),
                Span(pad(cut(message.titled(test, self.view), room), room)),
                Span(f"  {score:>{last}}", "quiet"),
            )

    def _message(self, outcome: Outcome) -> Iterator[Row]:
        title = message.title_lines(outcome, self.width, self.view)
        lines = message.message_lines(outcome, self.view, self.width)
        word = message.WORDS[outcome.status]
        yield Span(word, _STYLES[outcome.status]), Span(title[0][len(word) :], "strong")
        for line in title[1:]:
            yield (Span(line, "strong"),)
        room = ROOM - len(title) - len(lines)
        for line in message.about_lines(outcome, self.view, self.width, room):
            yield Span(" " * GUTTER), Span(line, "quiet")
        for label, text in lines:
            yield Span(f"{label:<{GUTTER}}", "quiet"), Span(text)


def _beside(label: str, lines: list[str]) -> Iterator[Row]:
    for index, line in enumerate(lines):
        yield Span(f"{'' if index else label:<{GUTTER}}", "quiet"), Span(line)


def _counted(part: TaskTests, width: int) -> list[str]:
    """`3 passed, 1 failed`, on more lines where need be; a number stays with its word."""
    lines = [""]
    for count in summary.counts(part.tests).split(", "):
        longer = f"{lines[-1]}, {count}" if lines[-1] else count
        if lines[-1] and columns(longer) >= width:  # a comma may follow
            lines[-1] += ","
            lines.append(count)
        else:
            lines[-1] = longer
    return [cut(line, width) for line in lines]


def _score(part: TaskTests) -> str:
    return f"{figures.points(part.task.earned)} of {figures.points(part.task.possible)}"


def _filled(part: TaskTests, length: int) -> int:
    earned, possible = part.task.earned, part.task.possible
    return figures.filled(earned / possible, length) if possible > 0 else 0
