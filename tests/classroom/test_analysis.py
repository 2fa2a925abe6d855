"""Points, tests, misconceptions and pass@k, against numbers worked out by hand."""

from __future__ import annotations

import math
import tracemalloc
from collections.abc import Iterator, Sequence
from itertools import combinations
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from judge.classroom.analysis import Analysis, Class, analyse, spread
from judge.classroom.data import as_data
from judge.classroom.estimates import Estimate, Tried, estimates, pass_at_k, sizes, wilson
from judge.classroom.models import models
from judge.classroom.records import Result
from judge.classroom.store import MAX_SOURCE, Store
from judge.report.examples import KNOWN, Question, failing, report
from judge.results import (
    CostTooHigh,
    LimitHit,
    Misconception,
    Report,
    Status,
    Verdict,
)
from judge.submission import submission_from_cells
from tests.classroom.generated import fill_class, fill_samples

EASY, HARD, STRICT = (
    Question("forward", "the easy one", "", 2),
    Question("forward", "the hard one", "", 3),
    Question("backward", "the strict one", "", 0),
)
PASSED, FAILED, NOT_RUN = Status.PASSED, Status.FAILED, Status.NOT_RUN


def result(of: Report, number: int = 1, student: str = "ada", sample: str = "") -> Result:
    """A result as the store gives it back."""
    return Result(number, student, "pair", "f.py", sample, None, False, "2025-03-01", of)


def class_of(*statuses: Sequence[Status]) -> Class:
    """Students whose easy, hard and strict tests came to these."""
    found = [
        result(
            report(tuple(q.answered(s) for q, s in zip((EASY, HARD, STRICT), row, strict=True))),
            number,
            f"student {number}",
        )
        for number, row in enumerate(statuses, 1)
    ]
    (one,) = analyse(found).classes
    return one


def with_test(**changes: object) -> Report:
    return report((msgspec.structs.replace(EASY.answered(FAILED), **changes),))


# --- tests --------------------------------------------------------------------------------------


def test_discrimination_is_the_correlation_with_the_points_of_the_other_tests() -> None:
    one = class_of(
        (PASSED, PASSED, PASSED),
        (PASSED, PASSED, FAILED),
        (PASSED, FAILED, FAILED),
        (FAILED, FAILED, PASSED),
    )
    easy, hard, strict = one.items
    # Of the easy test: passed 1 1 1 0, the rest 3 3 0 0; of the hard one: 1 1 0 0 and 2 2 2 0.
    assert easy.discrimination == pytest.approx(1 / math.sqrt(3))
    assert hard.discrimination == pytest.approx(1 / math.sqrt(3))
    # Of the strict one: 1 0 0 1 and 5 5 2 0, with a covariance of 5/4 - 1/2 * 3.
    assert strict.discrimination == pytest.approx(-0.25 / (0.5 * math.sqrt(4.5)))
    assert [item.share for item in one.items] == [0.75, 0.5, 0.5]


def test_what_did_not_run_says_nothing_of_its_test() -> None:
    one = class_of(
        (PASSED, NOT_RUN, FAILED),
        (FAILED, Status.NOT_ATTEMPTED, Status.CRASHED),
        (PASSED, Status.BROKEN, Status.EXCEEDED),
    )
    easy, hard, strict = one.items
    assert (hard.ran, hard.share, hard.discrimination, hard.remark) == (0, None, None, "")
    assert (strict.ran, strict.passed, strict.remark) == (3, 0, "nobody passes")
    assert easy.discrimination is None  # the rest is the same for all
    assert one.rows[1].marks == "FnC"


def test_a_test_that_everybody_passes_is_named() -> None:
    one = class_of((PASSED, FAILED, FAILED), (PASSED, PASSED, FAILED))
    assert [item.remark for item in one.items] == ["everybody passes", "", "nobody passes"]
    assert [item.discrimination for item in one.items][::2] == [None, None]


@settings(deadline=None, max_examples=50)
@given(st.lists(st.tuples(*[st.sampled_from((PASSED, FAILED, NOT_RUN))] * 3), min_size=1))
def test_shares_and_correlations_keep_their_bounds(rows: list[tuple[Status, ...]]) -> None:
    one = class_of(*rows)
    for item in one.items:
        assert 0 <= item.passed <= item.ran <= len(rows)
        assert item.discrimination is None or -1 <= item.discrimination <= 1
        assert (item.discrimination is None) or item.remark == ""
    assert all(len(row.marks) == 3 for row in one.rows)


def test_a_refused_submission_has_a_row_without_marks() -> None:
    refused = report((), verdict=Verdict.REFUSED, reason="damaged")
    (one,) = analyse([result(refused), result(failing(), 2, "bo")]).classes
    assert (one.rows[0].marks, one.rows[0].mark(3), one.rows[0].verdict) == ("", "-", "refused")
    assert len(one.rows[1].marks) == len(one.items)


def test_why_no_test_ran_is_counted_without_the_names_of_files() -> None:
    def refused(reason: str) -> Report:
        return report((), verdict=Verdict.REFUSED, reason=reason)

    reasons = ("f.py is empty.\nSave it.", "f.py, line 2: oh", "f.py is empty.")
    found = [result(refused(reason), number) for number, reason in enumerate(reasons, 1)]
    (one,) = analyse([*found, result(failing(), 4)]).classes
    assert [(u.reason, u.numbers) for u in one.unrun] == [
        ("is empty.", (1, 3)),
        ("line 2: oh", (2,)),
    ]
    said = [row["reason"] for row in as_data(Analysis(False, (one,)))["challenges"][0]["results"]]
    assert said == ["is empty.", "line 2: oh", "is empty.", ""]


def test_what_the_judge_broke_does_not_count_as_points() -> None:
    broken = report((EASY.answered(Status.BROKEN),), verdict=Verdict.BROKEN)
    full = report((EASY.answered(),), verdict=Verdict.PASSED)
    (one,) = analyse([result(broken), result(full, 2, "bo")]).classes
    assert one.points is not None
    assert one.points.mean == 2
    assert [(c.verdict, c.number) for c in analyse([result(broken)]).verdicts] == [("broken", 1)]


# --- misconceptions, times, memory --------------------------------------------------------------


def test_who_has_a_misconception_counts_once_and_equal_beats_fitting() -> None:
    fits = Misconception(name=KNOWN.name, text=KNOWN.text, match="fits")

    def told(first: Misconception, second: Misconception | None) -> Report:
        tests = (
            EASY.answered(FAILED, misconception=first),
            HARD.answered(FAILED, misconception=second),
        )
        return report(tests)

    other = Misconception(name="other", text="rare", match="fits")
    reports = [told(fits, KNOWN), told(KNOWN, fits), told(fits, fits), told(other, None)]
    found = analyse(result(one, at, f"s{at}") for at, one in enumerate(reports, 1))
    first, second = found.classes[0].misconceptions
    assert (first.name, first.equals, first.fits, first.count) == (KNOWN.name, (1, 2), (3,), 3)
    assert (second.name, second.fits) == ("other", (4,))


def test_the_most_memory_that_the_evidence_names_is_kept() -> None:
    traced = CostTooHigh(what="traced memory", used=3e8, limit=1e7)
    growth = CostTooHigh(what="growth", used=3.6, limit=2.5, sizes=(1, 2), uses=(1e6, 5e6))
    calls = CostTooHigh(what="calls", used=9e9, limit=1)
    limit = LimitHit(phase="call", what="memory", limit=1e9)
    for evidence, expected in ((traced, 3e8), (growth, 5e6), (calls, None), (limit, 1e9)):
        (one,) = analyse([result(with_test(evidence=evidence))]).classes
        assert one.rows[0].memory == expected


def test_a_spread_of_numbers() -> None:
    found = spread([float(number) for number in range(1, 21)])
    assert found is not None
    assert (found.mean, found.median, found.high, found.most) == (10.5, 10.5, 19, 20)
    assert spread([]) is None


# --- pass@k -------------------------------------------------------------------------------------


def test_pass_at_k_by_hand() -> None:
    assert pass_at_k(5, 2, 1) == pytest.approx(2 / 5)
    assert pass_at_k(5, 2, 2) == pytest.approx(7 / 10)  # 1 - C(3,2)/C(5,2)
    assert pass_at_k(5, 2, 4) == 1
    assert pass_at_k(200, 0, 100) == 0
    assert pass_at_k(200, 200, 1) == 1


@settings(deadline=None, max_examples=50)
@given(st.integers(1, 9), st.data())
def test_pass_at_k_is_the_share_of_subsets_that_hold_a_passed_one(
    samples: int, data: st.DataObject
) -> None:
    passed = data.draw(st.integers(0, samples))
    k = data.draw(st.integers(1, samples))
    subsets = list(combinations(range(samples), k))
    hits = sum(any(one < passed for one in subset) for subset in subsets)
    assert pass_at_k(samples, passed, k) == pytest.approx(hits / len(subsets))


def test_more_than_all_samples_cannot_be_asked_for() -> None:
    with pytest.raises(ValueError, match="k=6 with 5 samples"):
        pass_at_k(5, 2, 6)


def test_wilsons_bounds_against_a_table() -> None:
    # Newcombe 1998, "Two-sided confidence intervals for the single proportion", table I, method 3.
    assert wilson(81 / 263, 263) == pytest.approx((0.2553, 0.3662), abs=5e-5)
    assert wilson(15 / 148, 148) == pytest.approx((0.0624, 0.1605), abs=5e-5)
    assert wilson(0, 20) == pytest.approx((0, 0.1611), abs=5e-5)
    assert wilson(1 / 29, 29) == pytest.approx((0.0061, 0.1718), abs=5e-5)


def test_the_sizes_of_k() -> None:
    assert list(sizes(7)) == [1, 2, 5]
    assert list(sizes(100)) == [1, 2, 5, 10, 20, 50, 100]


def test_estimates_over_two_challenges() -> None:
    found = estimates([Tried(10, 5), Tried(10, 0), Tried(0, 0)])
    assert [one.k for one in found] == [1, 2, 5, 10]
    assert found[0].value == pytest.approx(0.25)
    assert found[0] == Estimate(1, 0.25, *wilson(0.25, 20))
    assert found[1].value == pytest.approx((1 - 10 / 45) / 2)
    assert estimates([Tried(10, 5), Tried(10, 0)]) == found  # the seed is fixed
    assert estimates([]) == ()


def test_many_samples_of_one_challenge_do_not_vouch_for_another() -> None:
    """Half of the estimate rests on two samples."""
    found = estimates([Tried(2, 1), Tried(1000, 500)])[0]
    assert found.value == 0.5
    assert found.low < wilson(0.5, 10)[0] < 0.5 < wilson(0.5, 10)[1] < found.high


TRIED = st.integers(1, 12).flatmap(
    lambda samples: st.builds(Tried, st.just(samples), st.integers(0, samples))
)


@settings(deadline=None, max_examples=50)
@given(st.lists(TRIED, min_size=1, max_size=2))
def test_an_interval_holds_its_estimate(tried: list[Tried]) -> None:
    found = estimates(tried)
    values = [one.value for one in found]
    assert values == sorted(values)
    for one in found:
        assert 0 <= one.low <= one.value <= one.high <= 1
    if all(one.passed == 0 for one in tried):  # none seen does not mean that there are none
        assert found[0].high > 0


def test_models_by_challenges() -> None:
    full, half = report((EASY.answered(),), verdict=Verdict.PASSED), with_test(earned=1.0)
    half = msgspec.structs.replace(half, points=msgspec.structs.replace(half.points, earned=1.0))
    broken = report((EASY.answered(Status.BROKEN),), verdict=Verdict.BROKEN)
    reports = [full, half, full, broken]
    found = analyse(
        result(one, at, "large" if at < 3 else "small", str(at)) for at, one in enumerate(reports)
    )
    assert found.samples
    large, *others = models(found)
    assert not others  # of the small one nothing was judged
    (grade,) = large.grades
    assert grade.tried == Tried(3, 2)
    assert grade.points == pytest.approx(5 / 6)
    assert grade.solved == pytest.approx(2 / 3)


# --- streaming ----------------------------------------------------------------------------------


def test_a_generated_class_is_read_once_and_let_go(tmp_path: Path) -> None:
    fill_class(tmp_path, 12, id="softmax_numpy")
    with Store(tmp_path) as store:
        (one,) = analyse(store.results()).classes
    assert len(one.rows) == 12
    assert {row.student for row in one.rows} >= {"=cmd()", "<script>alert(1)</script>"}
    data = as_data(Analysis(False, (one,)))
    assert "\x1b" not in str(data)
    assert "\u202e" not in str(data)


@pytest.mark.slow
def test_ten_thousand_results_take_little_memory() -> None:
    outcome = failing()

    def many() -> Iterator[Result]:
        for number in range(10_000):
            copy = msgspec.json.decode(msgspec.json.encode(outcome), type=Report)
            yield result(copy, number, f"student {number}")

    tracemalloc.start()
    try:
        (one,) = analyse(many()).classes
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert len(one.rows) == 10_000
    assert peak < 12e6


def test_samples_are_told_from_a_class(tmp_path: Path) -> None:
    fill_samples(tmp_path, ("large", "small"), ("softmax_numpy",), 2)
    with Store(tmp_path) as store:
        found = analyse(store.results())
    assert found.samples
    assert [model.samples for model in models(found)] == [2, 2]


# --- sources ------------------------------------------------------------------------------------


def test_a_source_is_kept_with_its_labels(tmp_path: Path) -> None:
    submission = submission_from_cells([("cell 1", "x = 1\n"), ("cell 2", "\u202e\ud83d")], "f")
    with Store(tmp_path, create=True) as store:
        store.put_source(submission)
        store.put_source(submission)
        assert store.source(submission.sha256) == submission.cells
        assert store.source("0" * 64) is None


def test_a_long_source_is_cut_with_a_note(tmp_path: Path) -> None:
    cells = [("cell 1", "a" * (MAX_SOURCE - 10)), ("cell 2", "b" * 20), ("cell 3", "c")]
    submission = submission_from_cells(cells, "f")
    with Store(tmp_path, create=True) as store:
        store.put_source(submission)
        kept = store.source(submission.sha256)
    assert kept is not None
    *cells_kept, note = kept
    assert sum(len(cell.source) for cell in cells_kept) <= MAX_SOURCE
    assert [cell.label for cell in cells_kept] == ["cell 1", "cell 2"]
    assert "200,000 bytes" in note.source
