"""What changed between two checks of one challenge: a value, and the rows that show it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from judge.report import figures
from judge.report.clean import one_line
from judge.report.layout import Row, Span, Style
from judge.report.lines import cut, wrap
from judge.report.message import MIN_WIDTH, WIDTH
from judge.results import Outcome, Points, Report, Status, Verdict

_LABEL = 15
_TITLES = 5  # the report above lists them all
_GRADED = (Verdict.PASSED, Verdict.FAILED, Verdict.NOT_ATTEMPTED)
_OWN = (Status.FAILED, Status.CRASHED, Status.EXCEEDED)  # what the student's code did wrong


@dataclass(frozen=True)
class Change:
    """Two checks compared, the tests in the order of the later one.

    `fixed` pass and did not before; `broken` passed before and do no more; `failing` did not pass
    before and fail now. `skipped` counts those that passed before and were not run now: they wait
    for a test that is listed.
    """

    fixed: tuple[Outcome, ...]
    broken: tuple[Outcome, ...]
    failing: tuple[Outcome, ...]
    skipped: int
    before: Points
    after: Points


def graded(report: Report) -> bool:
    """Whether it says something of every test: neither refused nor broken."""
    return report.verdict in _GRADED


def compare(before: Report, after: Report) -> Change | None:
    """What changed; None where the two cannot be compared."""
    if before.challenge.id != after.challenge.id or not (graded(before) and graded(after)):
        return None
    passed = {(test.task, test.name): test.status is Status.PASSED for test in before.tests}
    known = [test for test in after.tests if (test.task, test.name) in passed]
    lost = [test for test in known if passed[test.task, test.name]]
    left = [test for test in known if not passed[test.task, test.name]]
    return Change(
        fixed=tuple(test for test in left if test.status is Status.PASSED),
        broken=tuple(test for test in lost if test.status in (*_OWN, Status.NOT_ATTEMPTED)),
        failing=tuple(test for test in left if test.status in _OWN),
        skipped=sum(test.status is Status.NOT_RUN for test in lost),
        before=before.points,
        after=after.points,
    )


def rows(change: Change, width: int) -> list[Row]:
    """The change on rows of at most `width` columns, to stand below a report."""
    width = max(MIN_WIDTH, min(width, WIDTH))
    return [(Span("since the last check", "strong"),), *_rows(change, width)]


def _rows(change: Change, width: int) -> Iterator[Row]:
    yield from _titles("fixed", "good", change.fixed, width)
    yield from _titles("broken", "bad", change.broken, width)
    yield from _titles("still failing", "warn", change.failing, width)
    if change.skipped:
        said = f"{figures.count(change.skipped, 'test')} that passed before"
        yield Span(f"{'not run':<{_LABEL}}", "quiet"), Span(said)
    for number, line in enumerate(wrap(_points(change), width - _LABEL)):
        yield Span(f"{'' if number else 'points':<{_LABEL}}", "quiet"), Span(line)


def _titles(label: str, style: Style, tests: Sequence[Outcome], width: int) -> Iterator[Row]:
    told = [one_line(f"{test.task}: {test.title}") for test in tests[:_TITLES]]
    if len(tests) > _TITLES:
        told.append(f"and {len(tests) - _TITLES} more")
    for number, text in enumerate(told):
        yield (
            Span(f"{'' if number else label:<{_LABEL}}", style),
            Span(cut(text, width - _LABEL)),
        )


def _points(change: Change) -> str:
    before, after = map(_score, (change.before, change.after))
    return f"{after}, as before" if before == after else f"{before} before, {after} now"


def _score(points: Points) -> str:
    return f"{figures.points(points.earned)} of {figures.points(points.possible)}"
