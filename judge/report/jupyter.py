"""The report in a notebook: HTML where it is shown, plain text everywhere else.

The HTML is modest on purpose, as `markup` describes it: inline styles, inline pictures, no scripts,
no widgets. What opens and closes is native HTML: a keyboard and a saved notebook can do it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from judge.report import bodies, figures, layout, message, summary, svg
from judge.report.clean import for_html, one_line
from judge.report.markup import (
    BESIDE,
    CELL,
    PAGE,
    QUIET,
    ROW,
    TABLE,
    VERDICT_GROUNDS,
    WHOLE,
    chip,
    heading,
    names,
)
from judge.report.message import View
from judge.report.summary import TaskTests
from judge.results import Outcome, Report, Status

GROUNDS: dict[Status, str] = {
    Status.PASSED: "#1a6b32",
    Status.FAILED: "#a8231c",
    Status.CRASHED: "#a8231c",
    Status.EXCEEDED: "#8a4b00",
    Status.NOT_RUN: "#5c6066",
    Status.NOT_ATTEMPTED: "#5c6066",
    Status.BROKEN: "#71309b",
}
LIMIT = 190_000  # bytes of a page; what does not fit is told in fewer words
_AROUND = 300  # bytes around the message of a test, or in its place
_TITLE = 160
_NAME = 60


@dataclass(frozen=True)
class Shown:
    """What `check` displays. `full` opens every message, `only` shows that of one test.

    Displaying raises UnknownNameError when `only` is no test of the report.
    """

    report: Report
    full: bool = False
    only: str | None = None
    view: View = "student"

    def _repr_mimebundle_(
        self, include: Collection[str] = (), exclude: Collection[str] = ()
    ) -> dict[str, str]:
        """Both forms; the front end takes the one it can show."""
        return {"text/plain": str(self), "text/html": html(self)}

    def __str__(self) -> str:
        """The report as plain text of 80 columns."""
        rows = layout.Layout(80, self.full, self.only, self.view).rows(self.report)
        return layout.plain(rows)


@dataclass(frozen=True)
class _Test:
    """A test on the page, and whether its message stands open."""

    outcome: Outcome
    opened: bool


@dataclass(frozen=True)
class _Part:
    """The tests of one task, below its name; a chosen test stands below none."""

    name: str
    tests: tuple[_Test, ...]
    missing: str = ""  # why nothing of it was attempted


def html(shown: Shown) -> str:
    """The report as an HTML fragment of at most 200 kB, however many tests it has."""
    parts = list(_parts(shown))
    tests = [test for part in parts for test in part.tests]
    before, after = "".join(_head(shown.report)), "".join(_end(shown.report))
    fixed = [before, after, *(_title(test.outcome, shown.view) for test in tests)]
    room = LIMIT - sum(map(bodies.size, fixed)) - _AROUND * len(tests)
    told = iter(_bodies(tests, shown.view, room))
    listed = "".join(
        _named(part) + "".join(_test(test, next(told), shown.view) for test in part.tests)
        for part in parts
    )
    return f'<div style="{PAGE}">{before}{listed}{after}</div>'


def _parts(shown: Shown) -> Iterator[_Part]:
    if shown.only is not None:
        found = summary.chosen(shown.report, shown.only)
        yield _Part("", tuple(_Test(outcome, opened=True) for outcome in found))
        return
    for part in summary.by_task(shown.report):
        opened = part.shown(shown.full)
        tests = tuple(_Test(test, test in opened) for test in part.tests)
        yield _Part(part.task.id, tests, part.missing if part.untouched or part.unwritten else "")


def _bodies(tests: Sequence[_Test], view: View, room: int) -> list[str]:
    """The message of each test, those that stand open served first, within `room` bytes."""
    order = sorted(range(len(tests)), key=lambda index: not tests[index].opened)
    found = bodies.fitted([list(bodies.versions(tests[at].outcome, view)) for at in order], room)
    told = dict(zip(order, found, strict=True))
    return [told[index] for index in range(len(tests))]


def _head(report: Report) -> Iterator[str]:
    verdict = summary.VERDICTS[report.verdict]
    title = for_html(one_line(report.challenge.title or report.challenge.id, _TITLE))
    word = chip(verdict, VERDICT_GROUNDS[report.verdict])
    score = for_html(summary.score(report))
    yield heading(f'{word} <b>{title}</b> <span style="{WHOLE}">&nbsp;{score}</span>')
    if reason := summary.reason(report):
        yield f'<p style="margin:6px 0">{for_html(reason)}</p>'
    rows = "".join(_task_row(part) for part in summary.by_task(report))
    if rows:
        yield f'<table style="{TABLE}">{names(("task", "points", "tests"))}{rows}</table>'
    yield f'<p style="margin:8px 0"><b>Next:</b> {for_html(summary.next_step(report, "below"))}</p>'
    for note in summary.remarks(report):
        yield f'<p style="margin:2px 0">Note: {for_html(note)}</p>'


def _end(report: Report) -> Iterator[str]:
    seed = "" if report.seed is None else f"Seed: {report.seed}<br>"
    command = summary.repeat_command(report)
    repeat = f"Repeat: <code>{for_html(command)}</code><br>" if command else seed
    isolation = for_html(summary.isolation(report))
    yield (
        f'<p style="margin:10px 0 4px 0;{QUIET}">Checked: {for_html(summary.checked(report))}<br>'
        f"{repeat}Isolation: {isolation}</p>"
    )


def _task_row(part: TaskTests) -> str:
    task = part.task
    name = for_html(one_line(task.id, _NAME))
    score = f"{figures.points(task.earned)} of {figures.points(task.possible)}"
    share = task.earned / task.possible if task.possible else 0
    points = f'<div style="{BESIDE}">{svg.bar(share, f"{score} points")}<span>{score}</span></div>'
    told = for_html(summary.counts(part.tests) or str(task.status))
    cells = "".join(f'<td style="{CELL}">{cell}</td>' for cell in (points, told))
    return f'<tr style="{ROW}"><th scope="row" style="{CELL}">{name}</th>{cells}</tr>'


def _named(part: _Part) -> str:
    if not part.name:
        return ""
    text = for_html(one_line(part.name, _NAME))
    why = for_html(one_line(part.missing))
    return (
        '<p role="heading" aria-level="4" style="margin:12px 0 2px 0;font-size:14px">'
        f"<b>{text}</b></p>" + (f'<p style="margin:2px 0">Not attempted: {why}</p>' if why else "")
    )


def _title(outcome: Outcome, view: View) -> str:
    word = chip(message.WORDS[outcome.status], GROUNDS[outcome.status])
    title, score = for_html(message.titled(outcome, view)), for_html(message.earned(outcome))
    return f'{word} {title} <span style="opacity:0.75;{WHOLE}">&nbsp;{score}</span>'


def _test(test: _Test, body: str, view: View) -> str:
    title = _title(test.outcome, view)
    if not body:
        return f'<div style="margin:2px 0 2px 14px">{title}</div>'
    return (
        f'<details{" open" if test.opened else ""} style="margin:2px 0">'
        f'<summary style="cursor:pointer">{title}</summary>{body}</details>'
    )
