"""The report in a notebook: HTML where it is shown, plain text everywhere else.

The HTML is modest on purpose: inline styles, no scripts, no widgets. It takes its colours from
the page it stands on; only the status words have a ground of their own, dark with white letters,
so that they read the same on light and dark themes.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from judge.report import figures, layout, message, summary
from judge.report.clean import for_html
from judge.report.message import WIDTH, View
from judge.report.summary import TaskTests
from judge.results import Outcome, Report, Status, Verdict

GROUNDS: dict[Status, str] = {
    Status.PASSED: "#1a6b32",
    Status.FAILED: "#a8231c",
    Status.CRASHED: "#a8231c",
    Status.EXCEEDED: "#8a4b00",
    Status.NOT_RUN: "#5c6066",
    Status.NOT_ATTEMPTED: "#5c6066",
    Status.BROKEN: "#71309b",
}
_VERDICT_GROUNDS: dict[Verdict, str] = {
    Verdict.PASSED: "#1a6b32",
    Verdict.FAILED: "#a8231c",
    Verdict.NOT_ATTEMPTED: "#5c6066",
    Verdict.REFUSED: "#8a4b00",
    Verdict.BROKEN: "#71309b",
}
_LINE = "1px solid rgba(128,128,128,0.35)"
_CELL = f"padding:3px 14px 3px 0;text-align:left;border-bottom:{_LINE}"
_PRE = (
    "margin:4px 0 10px 0;padding:8px 10px;overflow-x:auto;background:rgba(128,128,128,0.12);"
    "color:inherit;font-size:12px;line-height:1.4;white-space:pre"
)


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


def html(shown: Shown) -> str:
    """The report as an HTML fragment."""
    return (
        '<div style="color:inherit;font-size:14px;line-height:1.5;max-width:60em">'
        + "".join((*_head(shown.report), *_body(shown), *_end(shown.report)))
        + "</div>"
    )


def _head(report: Report) -> Iterator[str]:
    verdict = summary.VERDICTS[report.verdict]
    title = for_html(report.challenge.title or report.challenge.id)
    chip = _chip(verdict, _VERDICT_GROUNDS[report.verdict])
    score = for_html(summary.score(report))
    yield f'<p style="margin:6px 0">{chip} <b>{title}</b> &nbsp;{score}</p>'
    if reason := summary.reason(report):
        yield f'<p style="margin:6px 0">{for_html(reason)}</p>'
    rows = "".join(_task_row(part) for part in summary.by_task(report))
    if rows:
        yield f'<table style="border-collapse:collapse;margin:6px 0;color:inherit">{rows}</table>'


def _body(shown: Shown) -> Iterator[str]:
    if shown.only is not None:
        for outcome in summary.chosen(shown.report, shown.only):
            yield _test(outcome, shown.view, opened=True)
        return
    for part in summary.by_task(shown.report):
        yield f'<p style="margin:10px 0 2px 0"><b>{for_html(part.task.id)}</b></p>'
        for outcome in part.tests:
            opened = outcome in part.shown(shown.full)
            yield _test(outcome, shown.view, opened=opened)


def _end(report: Report) -> Iterator[str]:
    yield f'<p style="margin:10px 0 4px 0"><b>Next:</b> {for_html(summary.next_step(report))}</p>'
    for note in summary.remarks(report):
        yield f'<p style="margin:2px 0">Note: {for_html(note)}</p>'
    command = f"<code>{for_html(summary.repeat_command(report))}</code>"
    isolation = for_html(summary.isolation(report))
    yield (
        '<p style="margin:4px 0;opacity:0.75;font-size:12px">'
        f"Repeat: {command} &nbsp; Isolation: {isolation}</p>"
    )


def _task_row(part: TaskTests) -> str:
    score = f"{figures.points(part.task.earned)} of {figures.points(part.task.possible)}"
    cells = (part.task.id, score, summary.counts(part.tests) or str(part.task.status))
    return (
        "<tr>" + "".join(f'<td style="{_CELL}">{for_html(cell)}</td>' for cell in cells) + "</tr>"
    )


def _test(outcome: Outcome, view: View, *, opened: bool) -> str:
    chip = _chip(message.WORDS[outcome.status], GROUNDS[outcome.status])
    title, score = for_html(outcome.title), for_html(message.earned(outcome))
    head = f'{chip} {title} <span style="opacity:0.75">&nbsp;{score}</span>'
    lines = message.about_lines(outcome, view, WIDTH, message.ROOM)
    told = message.message_text(outcome, view)
    text = "\n".join([*lines, *([""] if lines and told else []), *([told] if told else [])])
    if not text:
        return f'<div style="margin:2px 0 2px 14px">{head}</div>'
    return (
        f'<details{" open" if opened else ""} style="margin:2px 0">'
        f'<summary style="cursor:pointer">{head}</summary>'
        f'<pre style="{_PRE}">{for_html(text)}</pre></details>'
    )


def _chip(word: str, ground: str) -> str:
    return (
        f'<span style="display:inline-block;padding:0 7px;border-radius:3px;background:{ground};'
        f'color:#ffffff;font-size:12px;font-weight:600">{for_html(word)}</span>'
    )
