from __future__ import annotations

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from judge.report import figures, places
from judge.report.examples import CALL, KNOWN, NOT_RESCALED, QUESTIONS, RAISED
from judge.report.lines import columns
from judge.report.message import (
    LABELS,
    ROOM,
    WORDS,
    View,
    about_lines,
    message_lines,
    message_text,
    title_lines,
)
from judge.results import (
    AnyEvidence,
    CostTooHigh,
    HeadMarks,
    NotFinite,
    Outcome,
    Places,
    Raised,
    Status,
    WrongShape,
    WrongValue,
)
from tests.report.generate import EVIDENCE, OUTCOMES, TEXT
from tests.report.samples import SUMS, hidden, secret

VIEWS: tuple[View, ...] = ("student", "instructor")


def told(evidence: AnyEvidence, width: int = 92) -> str:
    return message_text(SUMS.answered(Status.FAILED, evidence), width=width)


@settings(deadline=None, max_examples=300)
@given(OUTCOMES, st.sampled_from(VIEWS), st.integers(50, 92))
def test_a_message_keeps_its_bounds(outcome: Outcome, view: View, width: int) -> None:
    title = title_lines(outcome, width)
    lines = message_lines(outcome, view, width)
    assert len(title) + len(lines) <= ROOM
    rows = [*title, *message_text(outcome, view, width).splitlines()]
    assert all(columns(row) <= width for row in rows)
    assert not any("\x1b" in row for row in rows)
    labels = [line.label for line in lines if line.label]
    assert labels == sorted(set(labels), key=LABELS.index)
    assert bool(lines) == (outcome.status is not Status.PASSED)
    assert all(line.text for line in lines)


@settings(deadline=None, max_examples=200)
@given(EVIDENCE, TEXT, TEXT)
def test_a_hidden_test_tells_the_student_nothing_of_its_evidence(
    evidence: AnyEvidence, reason: str, other: str
) -> None:
    def seen(found: AnyEvidence | None, why: str) -> str:
        outcome = secret(SUMS.answered(Status.FAILED, found, reason=why, misconception=KNOWN))
        return message_text(outcome, "student")

    assert seen(evidence, reason) == seen(None, other)
    assert KNOWN.text[:30] in seen(evidence, reason)


def test_the_instructor_sees_what_the_student_does_not() -> None:
    first, crash = hidden().tests
    assert "1.1645" not in message_text(first, "student")
    assert "1.1645" in message_text(first, "instructor")
    assert "ValueError" not in message_text(crash, "student")
    assert "ValueError" in message_text(crash, "instructor")


@pytest.mark.parametrize("status", [s for s in Status if s is not Status.PASSED])
def test_every_outcome_has_its_words(status: Status) -> None:
    outcome = SUMS.answered(status)
    assert title_lines(outcome)[0].startswith(WORDS[status])
    assert message_lines(outcome)
    assert message_lines(secret(outcome))


def test_a_broken_test_is_never_laid_on_the_student() -> None:
    outcome = SUMS.answered(Status.BROKEN, reason="the oracle failed on row 17")
    assert "the judge failed here, not your code" in message_text(outcome)
    assert "row 17" in message_text(outcome)
    assert "row 17" not in message_text(secret(outcome), "student")
    assert title_lines(outcome)[0].endswith("not judged")


def test_a_misconception_is_the_only_source_of_means() -> None:
    known = SUMS.answered(Status.FAILED, NOT_RESCALED, misconception=KNOWN)
    assert "means     these numbers equal the known mistake `no_rescale`" in message_text(known)
    fits = msgspec.structs.replace(KNOWN, match="fits")
    assert "means     the pattern fits `no_rescale`" in message_text(
        SUMS.answered(Status.FAILED, NOT_RESCALED, misconception=fits)
    )
    assert "means" not in told(NOT_RESCALED)


def test_the_hint_takes_the_place_of_general_advice() -> None:
    plain = WrongShape(call=CALL, quantity="O", got=(1,), expected=(2,))
    assert "next      print the shapes" in told(plain)
    assert "next      print O.shape" in told(msgspec.structs.replace(plain, hint="print O.shape"))


@pytest.mark.parametrize(
    ("got", "words"),
    [
        ((2, 3, 16), "3 axes instead of 4"),
        ((2,), "1 axis instead of 4"),
        ((2, 100, 3, 16), "the right sizes, in another order"),
        ((2, 3, 96, 16), "axis 2 has 96 instead of 100; the other sizes are right"),
        ((9, 9, 9, 9), "axis 3 has 9 instead of 16"),
    ],
)
def test_a_wrong_shape_says_what_is_right(got: tuple[int, ...], words: str) -> None:
    assert words in told(WrongShape(quantity="O", got=got, expected=(2, 3, 100, 16)))


@pytest.mark.parametrize(
    ("extra", "words"),
    [
        (1.0, "1.0 byte per element of a (1000, 1000) array, as a boolean mask"),
        (4.1, "4.1 bytes per element of a (1000, 1000) array, as a float32 array"),
        (8.2, "as a float64 array"),
        (16.0, "as two float64 arrays"),
        (0.4, "0.4 bytes per element of a (1000, 1000) array"),
    ],
)
def test_memory_is_told_per_element_of_an_n_by_n_array(extra: float, words: str) -> None:
    run = CostTooHigh(
        what="resident memory",
        used=3e6 + extra * 1e6,
        limit=3e6,
        reference=3e6,
        square=1000,
        line="cell 3, line 6: S = q @ k.T",
    )
    text = " ".join(told(run).split())
    assert words in text
    assert "the reference needs 3 MB" in text
    assert "most was allocated at cell 3, line 6: S = q @ k.T" in text
    assert ("array, as" in text) == (extra != 0.4)


def test_a_raised_error_shows_the_innermost_line_of_the_student_first() -> None:
    text = told(RAISED)
    assert text.index("cell 4, line 2, in step") < text.index("called from cell 5, line 9")
    assert "return dP * (P - delta)" in text
    empty = Raised(phase="load", type="KeyError", text="")
    assert "KeyError, without a message (while your code was loaded" in told(empty)


def test_values_get_the_digits_that_tell_them_apart() -> None:
    assert figures.two_values(1.16451, -0.9) == ("1.1645", "-0.9")
    got, expected = figures.two_values(0.1234567890, 0.1234567999)
    assert got != expected
    assert figures.two_values("nan", 1.0) == ("NaN", "1")
    assert figures.two_values("inf", "-inf") == ("inf", "-inf")


@pytest.mark.parametrize(
    ("got", "want"),
    [
        (figures.tolerance(1e-4), "1e-4"),
        (figures.tolerance(2.5e-9), "2.5e-9"),
        (figures.tolerance(0.05), "0.05"),
        (figures.share(0.541), "54.1%"),
        (figures.share(0.99999), "over 99.9%"),
        (figures.share(1e-7), "under 0.1%"),
        (figures.share(1.0), "all"),
        (figures.size(16.8e6), "16.8 MB"),
        (figures.size(999_960), "1 MB"),
        (figures.size(12), "12 bytes"),
        (figures.seconds(0.0016), "1.6 ms"),
        (figures.seconds(2.0), "2 s"),
        (figures.points(0.5), "0.5"),
        (figures.points(-0.001), "0"),
        (figures.ordinal(1), "second"),
        (figures.ordinal(10), "11th"),
        (figures.ordinal(20), "21st"),
        (figures.ranges(((0, 16), (18, 19), (30, 30))), "0-16, 18, 19, 30"),
        (figures.element("O", (0, 2, 42, 1), ("b", "h", "row", "col")), "O[b0 h2, row 42, col 1]"),
        (figures.element("O", (0, 2), ()), "O[0, 2]"),
        (figures.element("x", (), ()), "x"),
    ],
)
def test_figures_as_words(got: str, want: str) -> None:
    assert got == want


def test_a_scalar_has_no_share_and_no_worst_element() -> None:
    loss = WrongValue(
        quantity="loss", against="the mean", error=3.0, tolerance=1e-6, share=1.0, worst=(),
        got=8.0, expected=2.0,
    )  # fmt: skip
    assert "got       loss = 8, expected 2" in told(loss)


def picture_of(heads: dict[str, str], **changes: object) -> Places:
    marks = tuple(HeadMarks(label=label, marks=text) for label, text in heads.items())
    plain = Places(axis="row", tile=16, heads=marks, right=((0, 15),), first_wrong=16)
    return msgspec.structs.replace(plain, **changes)


def test_the_picture_stands_beside_its_legend() -> None:
    assert NOT_RESCALED.places is not None
    assert places.picture(NOT_RESCALED.places, 82) == [
        "b0 h0 -:**###   b0 h1 -:*:#**   b0 h2 -:****:   one mark per tile of 16 rows:",
        "b1 h0 -.*:#*:   b1 h1 -:###*#   b1 h2 -:*###*   - right  . : * some rows  # all",
    ]


def test_many_tiles_are_joined_without_hiding_a_wrong_one() -> None:
    found = places.picture(picture_of({"h0": "-" * 99 + "." + "#" * 100}), 64)
    assert "one mark per 4 tiles of 16 rows:" in found[-1]
    assert found[0] == "h0 " + "-" * 24 + "." + "#" * 25


def test_wrong_heads_are_shown_before_right_ones() -> None:
    heads = {f"h{index}": "--" for index in range(40)} | {"h40": "-#"}
    found = places.picture(picture_of(heads), 60, rows=1)
    assert "h40 -#" in found[0]
    assert "of 41 heads" in found[1]


def test_heads_that_are_alike_are_told_once() -> None:
    heads = dict.fromkeys(("h0", "h1", "h2"), "-##")
    assert places.picture(picture_of(heads), 80)[0] == "all 3 heads -##"


def test_what_is_right_is_said_first() -> None:
    two = picture_of({"h0": "-#", "h1": "-#"})
    assert places.sentence(two) == (
        "rows 0-15 are right in every head; first wrong row 16, in the second tile"
    )
    none = picture_of({"h0": "##"}, right=(), first_wrong=0)
    assert places.sentence(none) == "no row is right; first wrong row 0, in the first tile"
    one = picture_of({"": "#"}, right=((3, 3),), axis="query")
    assert places.sentence(one).startswith("query 3 is right; ")


@settings(deadline=None)
@given(
    st.dictionaries(TEXT, st.text("-.:*#", max_size=200), max_size=30),
    st.integers(30, 92),
    st.integers(1, 3),
)
def test_a_picture_always_fits(heads: dict[str, str], width: int, rows: int) -> None:
    found = places.picture(picture_of(heads), width, rows=rows)
    assert len(found) <= rows + 2
    assert all(columns(line) <= width for line in found)


def test_titles_take_two_lines_at_most() -> None:
    long = msgspec.structs.replace(QUESTIONS[1].answered(), title="word " * 60)
    assert len(title_lines(long, 60)) == 2
    assert title_lines(long, 60)[1].endswith("...")


def test_kinds_of_values_that_are_not_finite_are_counted() -> None:
    found = NotFinite(quantity="O", nan=3, inf=1, size=2048, first=(0, 7))
    assert "3 NaN and 1 infinite among 2,048 values; the first is O[0, 7]" in told(found)


def test_the_paragraphs_of_a_docstring_are_one_text() -> None:
    asked = msgspec.structs.replace(SUMS.answered(Status.FAILED, None), about="One.\n\n    Two.")
    assert about_lines(asked, "student", 92, ROOM) == ["One. Two."]
