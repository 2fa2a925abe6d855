from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from judge.report.bodies import LEFT_OUT, fitted, size, versions
from judge.report.examples import GROWTH, NOT_RESCALED
from judge.results import Status
from tests.report.samples import SUMS, secret

MESSAGES = st.lists(st.lists(st.text("ab\u6f22", max_size=30), max_size=3), max_size=6)


@given(MESSAGES, st.integers(0, 200))
def test_what_is_taken_fits(messages: list[list[str]], room: int) -> None:
    taken = fitted(messages, room)
    assert sum(size(text) for text in taken if text != LEFT_OUT) <= room
    for text, offered in zip(taken, messages, strict=True):
        assert text in offered or text == (LEFT_OUT if offered else "")


def test_with_room_enough_all_get_their_fullest() -> None:
    assert fitted([["full", "f"], [], ["whole", "w"]], 100) == ["full", "", "whole"]


def test_words_for_all_come_before_pictures_for_the_first() -> None:
    assert fitted([["aaaa", "a"], ["bbbb", "b"]], 5) == ["aaaa", "b"]
    assert fitted([["aaaa", "a"], ["bbbb", "b"]], 4) == ["a", "b"]
    assert fitted([["aaaa", "aa", "a"], ["bbbb", "bbb", "b"]], 4) == ["aa", "b"]


def test_what_does_not_fit_at_all_is_said_to_be_left_out() -> None:
    assert fitted([["aaaa"], ["b"]], 2) == [LEFT_OUT, "b"]


def test_a_map_gives_way_to_marks_and_those_to_the_sentence() -> None:
    drawn, marked, told = versions(SUMS.answered(Status.FAILED, NOT_RESCALED), "student")
    assert "<svg" in drawn
    assert "<svg" not in marked
    assert "b0 h0 -:**###" in marked
    assert "-:**###" not in told
    assert all("rows 0-16, 18, 19 are right" in text for text in (drawn, marked, told))
    assert size(drawn) > size(marked) > size(told)


def test_a_curve_gives_way_to_the_words() -> None:
    drawn, told = versions(SUMS.answered(Status.FAILED, GROWTH), "student")
    assert "<svg" in drawn
    assert "<svg" not in told
    assert "it grows 3.6 times" in told


def test_there_is_nothing_to_open_of_a_hidden_test_that_passed() -> None:
    assert not list(versions(secret(SUMS.answered()), "student"))
    assert list(versions(secret(SUMS.answered()), "instructor"))
