from __future__ import annotations

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from judge.report import change
from judge.report.change import Change, compare
from judge.report.examples import QUESTIONS, failing, passing, report
from judge.report.layout import plain
from judge.report.lines import columns
from judge.results import Report, Status, Verdict
from tests.report.generate import REPORTS

SHAPE, SUMS, CAUSAL, GROWTH, *_ = QUESTIONS
WAITS = "it needs another"


def checked(*statuses: Status) -> Report:
    """A check of the first questions."""
    pairs = zip(QUESTIONS, statuses, strict=False)
    return report(tuple(question.answered(status) for question, status in pairs))


def compared(before: Report, after: Report) -> Change:
    found = compare(before, after)
    assert found is not None
    return found


def text(before: Report, after: Report, width: int = 80) -> str:
    return plain(change.rows(compared(before, after), width))


def test_what_changed_is_told_by_title_and_points() -> None:
    before = checked(Status.FAILED, Status.PASSED, Status.CRASHED, Status.PASSED)
    after = checked(Status.PASSED, Status.EXCEEDED, Status.FAILED, Status.PASSED)
    assert text(before, after) == (
        "since the last check\n"
        f"fixed          forward: {SHAPE.title}\n"
        f"broken         forward: {SUMS.title}\n"
        f"still failing  forward: {CAUSAL.title}\n"
        "points         20 of 35 before, 15 of 35 now\n"
    )


def test_nothing_changed() -> None:
    assert text(passing(), passing()).splitlines()[1:] == ["points         90 of 90, as before"]


def test_what_waits_for_a_broken_test_is_only_counted() -> None:
    before = checked(Status.PASSED, Status.PASSED, Status.PASSED, Status.NOT_RUN)
    after = checked(Status.FAILED, Status.NOT_RUN, Status.NOT_RUN, Status.NOT_RUN)
    found = compared(before, after)
    assert [test.title for test in found.broken] == [SHAPE.title]
    assert (found.fixed, found.failing, found.skipped) == ((), (), 2)
    assert "not run        2 tests that passed before" in text(before, after)


def test_a_first_attempt() -> None:
    before = checked(Status.NOT_ATTEMPTED, Status.NOT_ATTEMPTED, Status.NOT_ATTEMPTED)
    after = checked(Status.PASSED, Status.FAILED, Status.NOT_RUN)
    found = compared(before, after)
    assert [test.title for test in found.fixed] == [SHAPE.title]
    assert [test.title for test in found.failing] == [SUMS.title]
    assert [test.title for test in compared(after, before).broken] == [SHAPE.title]


def test_a_test_that_was_not_there_before_is_no_change() -> None:
    found = compared(checked(Status.FAILED), checked(Status.FAILED, Status.PASSED, Status.FAILED))
    assert [test.title for test in found.failing] == [SHAPE.title]
    assert found.fixed == ()


def test_many_titles_are_cut() -> None:
    before = checked(*[Status.FAILED] * 8)
    shown = text(before, checked(*[Status.PASSED] * 8))
    assert shown.count("ward: ") == 5
    assert "               and 3 more\n" in shown


def test_what_cannot_be_compared() -> None:
    other = msgspec.structs.replace(
        passing(), challenge=msgspec.structs.replace(passing().challenge, id="softmax")
    )
    assert compare(passing(), other) is None
    for verdict in (Verdict.REFUSED, Verdict.BROKEN):
        unlike = msgspec.structs.replace(passing(), verdict=verdict)
        assert not change.graded(unlike)
        assert compare(failing(), unlike) is None
        assert compare(unlike, failing()) is None
    assert compare(failing(), passing()) is not None


@settings(deadline=None, max_examples=150)
@given(REPORTS, REPORTS, st.integers(20, 120))
def test_every_change_can_be_shown(before: Report, after: Report, width: int) -> None:
    after = msgspec.structs.replace(after, challenge=before.challenge)
    found = compare(before, after)
    if found is None:
        return
    assert not set(found.fixed) & {*found.broken, *found.failing}
    lines = plain(change.rows(found, width)).splitlines()
    assert all(columns(line) <= max(50, min(width, 92)) for line in lines)
    assert not any("\x1b" in line for line in lines)


STATUSES = st.sampled_from([status for status in Status if status is not Status.BROKEN])
PAIRS = st.lists(st.tuples(STATUSES, STATUSES), min_size=1, max_size=len(QUESTIONS))


@given(PAIRS)
def test_each_test_is_told_at_most_once_and_none_that_passes_twice(
    pairs: list[tuple[Status, Status]],
) -> None:
    before, after = (checked(*statuses) for statuses in zip(*pairs, strict=True))
    found = compared(before, after)
    told = [test.name for test in (*found.fixed, *found.broken, *found.failing)]
    assert len(told) == len(set(told))
    kept = {a.name for b, a in zip(before.tests, after.tests, strict=True) if b.status == a.status}
    assert not kept & {test.name for test in (*found.fixed, *found.broken)}
    gone = sum(b is Status.PASSED and a is not Status.PASSED for b, a in pairs)
    assert len(found.broken) + found.skipped == gone
