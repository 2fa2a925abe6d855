from __future__ import annotations

from html.parser import HTMLParser

import pytest
from hypothesis import given, settings

from judge.errors import UnknownNameError
from judge.report import terminal
from judge.report.examples import failing
from judge.report.jupyter import GROUNDS, Shown, html
from judge.results import Report
from tests.report.generate import REPORTS
from tests.report.samples import SAMPLES, hidden, hostile

ALLOWED = {"div", "p", "b", "code", "span", "table", "tr", "td", "details", "summary", "pre"}


class Strict(HTMLParser):
    """Collects the tags and attributes, and checks that what opens is closed in order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.opened: list[str] = []
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.feed(text)
        self.close()
        assert not self.opened

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.opened.append(tag)
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}

    def handle_endtag(self, tag: str) -> None:
        assert self.opened.pop() == tag


@settings(deadline=None, max_examples=100)
@given(REPORTS)
def test_the_html_is_closed_and_carries_no_scripts(report: Report) -> None:
    page = Strict(html(Shown(report, full=True)))
    assert page.tags <= ALLOWED
    assert page.attributes <= {"style", "open"}


def test_both_forms_are_offered() -> None:
    shown = Shown(failing())
    bundle = shown._repr_mimebundle_()
    assert bundle["text/plain"] == terminal.text(failing())
    assert "\x1b" not in bundle["text/plain"]
    assert bundle["text/html"].startswith("<div")


def test_only_the_telling_messages_stand_open() -> None:
    assert html(Shown(failing())).count("<details open") == 2
    assert html(Shown(failing(), full=True)).count("<details open") == 5


def test_one_test_can_be_asked_for() -> None:
    page = html(Shown(failing(), only=failing().tests[3].name))
    assert page.count("<details") == 1
    with pytest.raises(UnknownNameError):
        html(Shown(failing(), only="no_such_test"))


def test_hostile_text_stays_text() -> None:
    page = html(Shown(hostile(), full=True))
    assert "&lt;script&gt;" in page
    assert "<script" not in page
    assert "\u202e" not in page


def test_the_student_sees_no_evidence_of_hidden_tests() -> None:
    assert "1.1645" not in html(Shown(hidden(), full=True))
    assert "1.1645" in html(Shown(hidden(), full=True, view="instructor"))


@pytest.mark.parametrize("name", SAMPLES)
def test_every_sample_can_be_shown(name: str) -> None:
    page = Strict(html(Shown(SAMPLES[name]())))
    assert "p" in page.tags


@pytest.mark.parametrize("ground", sorted(set(GROUNDS.values())))
def test_white_letters_are_readable_on_every_ground(ground: str) -> None:
    parts = [int(ground[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    light = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    assert 1.05 / (light + 0.05) >= 4.5
