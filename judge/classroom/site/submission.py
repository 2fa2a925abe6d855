"""The page of one submission: its report, and beside it the code that was handed in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from judge.classroom.records import Result
from judge.classroom.site.page import INDEX, Looks, document, name, text
from judge.classroom.site.source import code, named_lines
from judge.classroom.site.styles import gathered
from judge.report.jupyter import Shown
from judge.report.jupyter import html as report_html
from judge.report.message import View
from judge.report.summary import file_of
from judge.results import Report, for_class
from judge.submission import Cell


@dataclass(frozen=True)
class Neighbours:
    """The numbers of the pages before and after; None at the ends."""

    before: int | None = None
    after: int | None = None


def submission_page(
    result: Result, cells: Sequence[Cell] | None, view: View, neighbours: Neighbours
) -> str:
    """The page in the view of its reader: a student's has no hidden evidence and no seed."""
    report = result.report if view == "instructor" else for_class(result.report)
    made = code(cells or (), named_lines(report))
    named = f"<h3>Lines that the report names</h3>{made.named}" if made.named else ""
    source = made.cells or "<p>The code of this submission was not kept.</p>"
    who = name(result.student, result.sample)
    title = f"{result.student} {result.sample}".strip()
    styled = gathered(report_html(Shown(report, view=view)))
    body = (
        f"<header>{_ways(neighbours)}<h1>{who}</h1>"
        f'<p class="quiet">{"; ".join(_facts(result))}</p></header>'
        '<main class="two"><section aria-labelledby="report"><h2 id="report">Report</h2>'
        f"{styled.html}{_where_to_repeat(report)}</section>"
        '<section aria-labelledby="code"><h2 id="code">What was handed in</h2>'
        f"{named}{source}</section></main>"
    )
    return document(f"{title}: {result.challenge}", body, Looks(("submission",), styled.rules))


def _where_to_repeat(report: Report) -> str:
    if report.seed is None or file_of(report) is None:
        return ""
    return '<p class="quiet">The command is for the folder that was graded.</p>'


def _ways(neighbours: Neighbours) -> str:
    ways = [f'<a href="../{INDEX}">Overview</a>']
    for word, number in (("Previous", neighbours.before), ("Next", neighbours.after)):
        if number is not None:
            ways.append(f'<a href="{number}.html">{word}</a>')
    return f'<nav aria-label="other pages">{" ".join(ways)}</nav>'


def _facts(result: Result) -> Iterator[str]:
    yield text(result.challenge)
    yield text(result.source)
    if result.when:
        yield f"handed in {text(result.when, 40)}{', late' if result.late else ''}"
    yield f"graded {text(result.graded, 40)}"
