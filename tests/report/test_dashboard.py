from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.text import Text

from judge.catalogue import Entry
from judge.progress import Progress, Tally
from judge.report.dashboard import lines
from judge.report.lines import columns
from judge.report.standing import Dashboard, as_data, dashboard
from tests.report.boards import BOARDS, ENTRIES, HALF, SOLVED, TRACKS, board, entry, full

TIMES = st.sampled_from(["", "2026-03-01T10:11:12+00:00", "x" * 500, "\x1b[2J", "\n"]) | st.none()
TALLIES = st.builds(
    Tally,
    attempts=st.integers(0, 10**9),
    earned=st.floats(0, 1e6),
    possible=st.floats(0, 1e6),
    seconds=st.floats(0, 1e6),
    solved=TIMES,
    verdict=st.sampled_from(["passed", "not attempted", "[bold]", "\x1b[31m", "long " * 90]),
    checked=TIMES,
)
FOUND = st.dictionaries(st.sampled_from([one.id for one in ENTRIES]), TALLIES)


def shown(board: Dashboard, width: int = 80) -> list[str]:
    return [line.plain for line in lines(board, width)]


def row(board: Dashboard, id: str) -> str:
    return next(line for line in shown(board, 92) if line.split()[:1] == [id])


@settings(deadline=None, max_examples=50)
@given(FOUND, st.integers(50, 120))
def test_no_line_is_wider_than_asked_nor_ends_in_blanks(
    tallies: dict[str, Tally], width: int
) -> None:
    for line in shown(board(tallies), width):
        assert columns(line) <= width
        assert line == line.rstrip()
        assert line.isprintable()


def test_a_challenge_has_a_line_with_all_that_is_known() -> None:
    assert row(board(HALF), "relu").split() == [
        *("relu", "##########", "10/10", "3", "0.13", "s", "2026-03-01", "passed")
    ]
    assert row(board(HALF), "flash_attention").split() == [
        *("flash_attention", "######....", "62.5/100", "112", "12.3", "s", "failed")
    ]
    assert row(board(HALF), "softmax_numpy").split()[2:] == ["0/10", "not", "attempted"]


def test_all_columns_fit_into_80_even_with_long_names_and_many_points() -> None:
    tally = Tally(112, 99.5, 100.0, 12.31, "2026-03-01", "not attempted", "2026-03-05")
    found = shown(board({"flash_attention": tally, "flash_attention_torch": tally}))
    for heading in ("best points", "attempts", "time", "solved", "last check"):
        assert heading in found[0]
    line = next(line for line in found if "flash_attention_torch" in line)
    for part in ("#", "99.5/100", "112", "12.3 s", "2026-03-01", "not attempted"):
        assert part in line


def test_a_bar_is_full_only_for_all_points_and_empty_only_for_none() -> None:
    for earned, marks in ((0.0, ".........."), (0.01, "#........."), (9.99, "#########.")):
        found = board({"relu": Tally(attempts=1, earned=earned, possible=10.0)})
        assert marks in row(found, "relu")


def test_tracks_stand_in_the_order_of_study_with_their_sums() -> None:
    found = shown(board(HALF), 92)
    places = [found.index(line) for line in found if line[:1].isupper()]
    assert [found[at].split()[0] for at in places] == ["Fundamentals", "Attention", "Kernels"]
    assert found[places[0]].split()[1:] == ["#####.....", "10/20", "3", "1", "of", "2"]
    assert "1 of 6 solved, 72.5 of 170 points" in found


def test_what_comes_next_is_the_first_unsolved_one() -> None:
    *_, last = shown(board({}))
    assert last.split()[:4] == ["next", "judge", "start", "relu"]
    *_, last = shown(board({"relu": SOLVED}))
    assert last.split()[:4] == ["next", "judge", "start", "softmax_numpy"]
    begun = Tally(checked="2026-03-01", verdict="refused")
    *before, last = shown(board({"relu": SOLVED, "softmax_numpy": begun}))
    assert last.split()[:4] == ["next", "judge", "check", "softmax_numpy"]
    assert not any(line.startswith("go on") for line in before)


def test_what_was_begun_elsewhere_comes_before_it() -> None:
    *_, before, last = shown(board(HALF))
    assert before.split()[:5] == ["go", "on", "judge", "check", "flash_attention"]
    assert last.split()[:4] == ["next", "judge", "check", "softmax_numpy"]


def test_when_all_is_solved_nothing_is_next() -> None:
    assert shown(board(full()))[-1] == "next      Everything is solved."
    assert shown(dashboard((), (), Progress()))[-1] == "next      There are no challenges here."


def test_points_of_an_older_version_are_counted_as_they_were_earned() -> None:
    tally = Tally(attempts=1, earned=12.0, possible=12.0, solved="2026-01-01", verdict="passed")
    found = board({"relu": tally})
    assert "12/12" in row(found, "relu")
    assert found.whole.possible == 172


def test_a_track_without_a_description_is_called_by_its_name() -> None:
    loose = entry("extra", "Something else", "elsewhere", "easy", 5)
    found = dashboard((*ENTRIES, loose), TRACKS, Progress())
    assert found.tracks[-1].title == "elsewhere"


def test_colour_is_for_the_eye_alone() -> None:
    text = Text("\n").join(lines(board(HALF)))
    assert {str(span.style) for span in text.spans} >= {"green", "yellow", "bold", "dim"}
    assert text.plain in BOARDS["status_half"]().text


# --- as JSON ----------------------------------------------------------------------------------


@settings(deadline=None, max_examples=50)
@given(FOUND)
def test_the_same_as_json(tallies: dict[str, Tally]) -> None:
    data = json.loads(json.dumps(as_data(board(tallies), ["a note"]), allow_nan=False))
    rows = [row for track in data["tracks"] for row in track["challenges"]]
    assert [row["id"] for row in rows] == [one.id for one in ENTRIES]
    assert data["of"] == len(ENTRIES)
    assert data["solved"] == sum(row["solved"] is not None for row in rows)
    assert data["attempts"] == sum(row["attempts"] for row in rows)
    assert data["notes"] == ["a note"]


def test_json_names_the_next_step() -> None:
    data = as_data(board(HALF))
    assert data["next"]["command"] == "judge check softmax_numpy"
    assert data["begun"]["id"] == "flash_attention"
    assert as_data(board(full()))["next"] is None


@pytest.mark.parametrize("one", ENTRIES, ids=lambda one: one.id)
def test_json_has_each_challenge_with_its_points(one: Entry) -> None:
    data = as_data(board(HALF))
    (found,) = (r for t in data["tracks"] for r in t["challenges"] if r["id"] == one.id)
    assert found["points"]["possible"] == one.points
    assert found["verdict"] == (HALF[one.id].verdict if one.id in HALF else None)
