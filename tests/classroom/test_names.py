"""What names say, in every layout; property tests over names that nobody thought of."""

from __future__ import annotations

import string
import unicodedata
from datetime import datetime, timedelta

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from judge.classroom.names import (
    LONGEST_STUDENT,
    Named,
    are_samples,
    challenge_in,
    clean,
    is_challenge,
    moment,
    named,
    sample,
    without_challenge,
)

IDS = ("softmax", "softmax_numpy", "adam", "flash_attention", "gpt2_block")

words = st.text(string.ascii_lowercase, min_size=1, max_size=8).filter(
    lambda word: not challenge_in(word, IDS)
)
few = settings(max_examples=50)
anything = st.text(min_size=1, max_size=40)


# --- challenges -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "id"),
    [
        ("softmax", "softmax"),
        ("softmax_numpy", "softmax_numpy"),
        ("Soft-Max NumPy", "softmax_numpy"),
        ("SoftmaxNumpy (1)", "softmax_numpy"),
        ("softmax2", "softmax"),
        ("homework 3 - flash attention final", "flash_attention"),
        ("FlashAttention", "flash_attention"),
        ("myFlashAttention", "flash_attention"),
        ("gpt-2 block", "gpt2_block"),
        ("ADAM", "adam"),
        ("adamson", ""),
        ("notebook", ""),
        ("", ""),
    ],
)
def test_the_longest_challenge_named(text: str, id: str) -> None:
    assert challenge_in(text, IDS) == id


@pytest.mark.parametrize(
    ("text", "student", "attempt"),
    [
        ("Ada Byron - softmax (1)", "Ada Byron", (1,)),
        ("softmax_ada_(12)", "ada", (12,)),
        ("Ada Byron softmax(2)", "Ada Byron", (2,)),
        ("Ada Byron - softmax", "Ada Byron", ()),
        ("Ada (1)", "Ada (1)", ()),  # nothing says that it is a copy of the same person's file
    ],
)
def test_the_number_of_a_copy_is_no_part_of_a_name(
    text: str, student: str, attempt: tuple[int, ...]
) -> None:
    found = named([text], IDS)
    assert (found.student, found.attempt) == (student, attempt)


def test_a_name_and_nothing_more() -> None:
    assert is_challenge("Soft Max", IDS) == "softmax"
    assert is_challenge("softmax 2", IDS) == ""


@few
@given(before=words, after=words, id=st.sampled_from(IDS), mark=st.sampled_from("-_ ."))
def test_a_challenge_is_found_between_words(before: str, after: str, id: str, mark: str) -> None:
    text = f"{before}{mark}{id.replace('_', mark)}{mark}{after}"
    assume(challenge_in(f"{before}{after}", IDS) == "")
    assert challenge_in(text, IDS) in (id, "softmax_numpy")
    assert challenge_in(text.upper(), IDS) == challenge_in(text, IDS)
    assert without_challenge(text, (id,)) == f"{before}_{after}"


@few
@given(text=anything)
def test_any_text_names_a_known_challenge_or_none(text: str) -> None:
    assert challenge_in(text, IDS) in (*IDS, "")


# --- students -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("ada/softmax", Named("ada", "softmax")),
        ("ada/softmax/final", Named("ada", "softmax")),
        ("ada/softmax/adam", Named("ada", "adam")),
        ("ada/work", Named("ada")),
        ("adam smith/softmax", Named("adam smith", "softmax")),
        ("ada", Named("ada")),
        ("ada_softmax", Named("ada", "softmax")),
        ("softmax-numpy ada lovelace", Named("ada lovelace", "softmax_numpy")),
        ("softmax", Named("", "softmax")),
        ("softmax/ada", Named("ada", "softmax")),
        ("softmax/ada/work", Named("ada", "softmax")),
        (
            "Ada Lovelace_12345_assignsubmission_file_/softmax",
            Named("Ada Lovelace", "softmax", account="12345"),
        ),
        (
            "Ada Lovelace_12345_assignsubmission_file_softmax",
            Named("Ada Lovelace", "softmax", account="12345"),
        ),
        (
            "Adam Smith_12345_assignsubmission_file_/work",
            Named("Adam Smith", account="12345"),
        ),
        (
            "week 1 softmax/Ada_1_assignsubmission_file/work",
            Named("Ada", "softmax", account="1"),
        ),
        (
            "Participant_77_assignsubmission_file_/softmax",
            Named("Participant 77", "softmax", account="77"),
        ),
        (
            "lovelaceada_101_2002_softmax",
            Named("lovelaceada", "softmax", account="101", attempt=(0, 2002)),
        ),
        (
            "lovelaceada_LATE_101_2003_softmax-12",
            Named("lovelaceada", "softmax", account="101", attempt=(12, 2003), late=True),
        ),
        (
            "lovelaceada_101_2002_work/softmax",
            Named("lovelaceada", "softmax", account="101", attempt=(0, 2002)),
        ),
    ],
)
def test_a_path_in_each_layout(path: str, expected: Named) -> None:
    assert named(path.split("/"), IDS) == expected


def test_a_lone_file_may_be_a_students_name_and_no_more() -> None:
    assert named(["adam_smith"], ("adam",), told=False) == Named("adam_smith")


@few
@given(who=st.text(string.ascii_letters + " éüß", min_size=1), number=st.integers(1, 10**9))
def test_moodle_gives_the_name_as_it_is(who: str, number: int) -> None:
    assume(who.strip())
    found = named([f"{who}_{number}_assignsubmission_file_", "x"], IDS)
    assert found.student == unicodedata.normalize("NFC", who).strip()
    assert found.account == str(number)


@few
@given(version=st.integers(1, 999_999), file=st.integers(1, 10**12), late=st.booleans())
def test_canvas_numbers_are_read_as_numbers(version: int, file: int, late: bool) -> None:
    found = named([f"ada_{'LATE_' * late}7_{file}_softmax-{version}"], IDS)
    assert (found.attempt, found.late) == ((version, file), late)


@few
@given(parts=st.lists(anything, min_size=1, max_size=4))
def test_any_path_gives_a_student_that_can_be_shown(parts: list[str]) -> None:
    found = named(parts, IDS)
    assert len(found.student) <= LONGEST_STUDENT + 30
    assert found.challenge in (*IDS, "")
    assert all(c.isprintable() or c in "\u200c\u200d" for c in found.student)


@few
@given(text=st.text(max_size=500))
def test_cleaning_twice_changes_nothing(text: str) -> None:
    assert clean(clean(text)) == clean(text)
    assert 0 < len(clean(text)) <= LONGEST_STUDENT


@pytest.mark.parametrize("name", ["Ada Lovelace", "Nguyễn Thị Ánh", "李小龙", "محمد", "O'Neil-Ø"])
def test_names_of_people_stay_as_they_are(name: str) -> None:
    assert clean(name) == name
    assert clean(unicodedata.normalize("NFD", name)) == name


def test_a_folder_whose_name_was_changed_is_nobody_elses() -> None:
    odd = named(["ada\x07", "softmax"], IDS)
    assert odd.student == "ada"
    assert odd.account
    assert named(["ada", "softmax"], IDS).account == ""


# --- samples --------------------------------------------------------------------------------------


def split(*paths: str) -> list[list[str]]:
    return [path.split("/") for path in paths]


@pytest.mark.parametrize(
    ("paths", "replies", "expected"),
    [
        (["gpt/softmax/0", "gpt/softmax/1"], False, True),
        (["gpt/softmax/0", "llama/softmax/0"], False, True),
        (["gpt/softmax/0"], True, True),
        (["gpt/softmax/0", "gpt/relu/0", "gpt/linear/0"], False, True),
        (["ada/softmax/softmax", "bob/softmax/softmax"], False, False),
        (["ada/work", "bob/softmax/final", "eve/work"], False, False),
        (["ada/softmax", "bob/softmax"], False, False),
        (["gpt/try softmax/0", "gpt/try softmax/1"], False, True),
        (["gpt/try softmax/0"], False, False),
        ([], False, False),
    ],
)
def test_samples_are_told_from_a_class(paths: list[str], replies: bool, expected: bool) -> None:
    assert are_samples(split(*paths), IDS, replies) is expected


def test_a_sample() -> None:
    assert sample(["gpt", "softmax", "0"], IDS) == Named("gpt", "softmax", "0")
    assert sample(["gpt", "softmax", "run 1", "0"], IDS) == Named("gpt", "softmax", "run 1/0")
    assert sample(["gpt", "relu", "0"], IDS) is None
    assert sample(["softmax", "0"], IDS) is None


# --- time -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2015-02-02 15:58:23.948203 UTC", "2015-02-02T15:58:23.948+00:00"),
        ("2015-02-02 15:58:23.948203 America/Los_Angeles", "2015-02-02T23:58:23.948+00:00"),
        ("2016-01-30-15-30-10", "2016-01-30T15:30:10.000+00:00"),
        ("20240131T101112Z", "2024-01-31T10:11:12.000+00:00"),
        ("2024-01-31T10:11:12+02:00", "2024-01-31T08:11:12.000+00:00"),
        ("2024-01-31 10:11", "2024-01-31T10:11:00.000+00:00"),
        ("2024-13-31 10:11", None),
        ("2024-01-31 10:11 ../../etc/passwd", "2024-01-31T10:11:00.000+00:00"),
        ("2024-01-31 10:11 Nowhere/City", None),
        ("2024-01-31 10:11 America", None),
        ("0001-01-01 00:00 +14:00", None),
        ("yesterday", None),
        ("", None),
    ],
)
def test_a_moment(text: str, expected: str | None) -> None:
    assert moment(text) == expected


@few
@given(text=st.text(max_size=60))
def test_any_text_is_a_moment_or_none(text: str) -> None:
    found = moment(text)
    assert found is None or datetime.fromisoformat(found).utcoffset() == timedelta()


@few
@given(first=st.datetimes(), second=st.datetimes())
def test_moments_are_in_order_as_text(first: datetime, second: datetime) -> None:
    one, other = moment(f"{first} UTC"), moment(f"{second} UTC")
    assert one is not None
    assert other is not None
    assert one == other or (one < other) is (first < second)
