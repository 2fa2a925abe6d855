from __future__ import annotations

import html
import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from judge.progress import Progress, Tally
from judge.report import panels
from judge.report.markup import PLAIN_GROUND, VERDICT_GROUNDS
from judge.report.standing import Dashboard, dashboard
from judge.results import Verdict
from tests.report.boards import BOARDS, ENTRIES, HALF, HINTS, TRACKS, board, full, hint
from tests.report.generate import TEXT
from tests.report.markup import ATTRIBUTES, TAGS, Strict, pictures

ALLOWED = TAGS | {"caption", "ol", "li", "wbr"}


def read(page: str) -> str:
    """What is left of a page that drops all tags, styles and pictures."""
    bare = re.sub(r"<svg.*?</svg>", "", page, flags=re.DOTALL).replace("<wbr>", "")
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", bare)).split()).replace(" ,", ",")


def attacked(text: str) -> Dashboard:
    """A dashboard with this text wherever a text can stand."""
    entries = tuple(replace(one, title=text, track=text) for one in ENTRIES)
    tracks = tuple(replace(track, id=text, title=text) for track in TRACKS[:1])
    tally = Tally(attempts=1, possible=1.0, solved=None, verdict=text, checked=text)
    return dashboard(entries, tracks, Progress({one.id: tally for one in ENTRIES}))


@pytest.mark.parametrize("name", BOARDS)
def test_both_forms_are_offered_and_clean(name: str) -> None:
    panel = BOARDS[name]()
    bundle = panel.bundle()
    assert set(bundle) == {"text/plain", "text/html"}
    assert "\x1b" not in panel.text
    assert all(len(line) <= 80 and line == line.rstrip() for line in panel.text.splitlines())
    page = Strict(panel.html)
    assert page.tags <= ALLOWED
    assert page.attributes <= ATTRIBUTES


@settings(deadline=None, max_examples=30)
@given(TEXT)
def test_no_text_becomes_a_tag(text: str) -> None:
    for one in (panels.status(attacked(text), [text]), panels.notice(text)):
        page = Strict(one.html)
        assert page.tags <= ALLOWED
        assert page.attributes <= ATTRIBUTES
        assert not set(one.text) & set("\x00\x07\x1b\u202e")
    told = replace(hint(2), text=text, earlier=(text,), task=text, challenge=text)
    assert Strict(panels.hint(told).html).tags <= ALLOWED


# --- progress -----------------------------------------------------------------------------------


def test_every_table_has_a_caption_and_every_cell_its_headers() -> None:
    page = BOARDS["status_half"]().html
    tables = page.split("<table")[1:]
    assert len(tables) == 1 + len(TRACKS)
    for table in tables:
        assert re.match(r"[^>]*><caption[^>]*>The (tracks|challenges)", table)
        first, *rows = table.partition("</table>")[0].split("<tr")[1:]
        assert 'scope="col"' in first
        for row in rows:
            assert row.count('scope="row"') == 1
            assert 1 + row.count("<td") == first.count("<th")


def test_the_figures_are_those_of_the_terminal() -> None:
    left = read(BOARDS["status_half"]().html)
    for words in (
        "Progress 1 of 6 solved, 72.5 of 170 points",
        "Go on: judge check flash_attention 62.5 of 100 points so far",
        "Next: judge check softmax_numpy",
        "Fundamentals 10 of 20 1 of 2 solved, 3 attempts",
        "relu 10 of 10 passed solved 2026-03-01, 3 attempts, 1 hint, best time 0.13 s",
        "mha 0 of 20 refused 1 attempt",
        "flash_attention 62.5 of 100 failed 112 attempts, 4 hints, best time 12.3 s",
        "causal_attention 0 of 10 -",
    ):
        assert words in left


def test_nothing_is_to_be_pushed_sideways() -> None:
    """What cannot be broken is narrow, so that all of it is seen in a column of a few words."""
    page = BOARDS["status_half"]().html
    assert "overflow-x" not in page
    for cell in re.findall(r"<t[hd] .*?</t[hd]>", page, re.DOTALL):
        assert "white-space" not in cell.partition(">")[0]
        wholes = re.findall(r"nowrap\">(.*?)</span>", cell)
        assert all(len(whole) < 16 for whole in wholes)


def test_only_a_long_word_of_a_name_is_broken() -> None:
    entries = [replace(ENTRIES[0], id=f"{'x' * size}_norm") for size in (14, 15)]
    page = panels.status(dashboard(entries, TRACKS[:1], Progress())).html
    heads = re.findall(r'<th scope="row".*?>', page)
    assert ["anywhere" in head for head in heads] == [False, False, True]


def test_each_bar_says_its_points() -> None:
    bars = pictures(BOARDS["status_half"]().html)
    assert len(bars) == len(TRACKS) + len(ENTRIES)
    assert "62.5 of 100 points" in {bar.get("aria-label") for bar in bars}


def test_tracks_stand_open_where_something_was_done_or_comes_next() -> None:
    def opened(shown: Dashboard) -> list[bool]:
        page = panels.status(shown).html
        return [bool(text) for text in re.findall(r"<details( open)?", page)]

    assert opened(board({})) == [True, False, False]
    assert opened(board({"mha": HALF["mha"]})) == [True, True, False]
    assert opened(board(full())) == [True, True, True]


def test_all_solved_is_said() -> None:
    assert "Next: Everything is solved." in read(BOARDS["status_full"]().html)
    assert "There are no challenges here." in read(BOARDS["status_note"]().html)
    assert "is damaged" in read(BOARDS["status_note"]().html)
    assert "note: progress.json is damaged" in BOARDS["status_note"]().text


@pytest.mark.parametrize("verdict", Verdict)
def test_every_verdict_has_a_ground_for_white_letters(verdict: Verdict) -> None:
    ground = VERDICT_GROUNDS[verdict]
    for colour in (ground, PLAIN_GROUND):
        parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
        light = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
        assert 1.05 / (light + 0.05) >= 4.5


# --- hints --------------------------------------------------------------------------------------


def steps(page: str) -> list[str]:
    return [read(item) for item in re.findall(r"<li.*?</li>", page)]


def test_a_hint_stands_below_those_before_it() -> None:
    page = BOARDS["hint_second"]().html
    assert steps(page) == [HINTS[0], f"new {HINTS[1]}"]
    assert "forward: hint 2 of 3" in read(page)
    assert read(page).endswith("1 more is left.")
    text = BOARDS["hint_second"]().text
    assert text.endswith("1 more is left.")
    assert HINTS[0] not in text


def test_after_the_last_hint_comes_the_solution() -> None:
    last, again, solved = (BOARDS[f"hint_{name}"]() for name in ("last", "again", "solved"))
    for panel in (last, again):
        assert "--spoil" in panel.text
        assert "judge solution flash_attention shows" in read(panel.html)
    assert "That was the last one." in last.text
    assert "`judge hint flash_attention --task forward --all`" in again.text
    assert steps(again.html) == [*HINTS]
    assert "There is no further hint." in read(again.html)
    assert "--spoil" not in solved.text + solved.html


@given(st.integers(1, 3), st.booleans(), st.booleans())
def test_hints_that_are_left_are_never_shown(step: int, repeated: bool, solved: bool) -> None:
    panel = panels.hint(hint(step, repeated=repeated and step == 3, solved=solved))
    for later in HINTS[step:]:
        assert later not in panel.text
        assert html.escape(later) not in panel.html


# --- notices ------------------------------------------------------------------------------------


def test_a_notice_keeps_its_lines_and_its_code() -> None:
    panel = BOARDS["mistake"]()
    assert panel.text.count("\n") == 1
    assert "<code>judge list</code> shows all there are." in panel.html
    assert "Did you mean softmax?" in read(panel.html)
