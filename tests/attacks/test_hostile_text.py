"""Text from a submission in every view: nothing of it acts on a terminal, a page or a parser."""

from __future__ import annotations

import json
import unicodedata
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest

from judge.errors import SubmissionError
from judge.grading import Asked
from judge.report import json as report_json
from judge.report import junit, message, terminal
from judge.report.jupyter import Shown, html
from judge.report.message import View
from judge.results import Report, from_json, to_json
from judge.submission import read_submission, submission_from_cells
from tests.attacks.arena import Arena, arena
from tests.attacks.corpus import Attack, attacks
from tests.report.markup import ATTRIBUTES, TAGS

HOSTILE = (
    "\x1b[2J\x1b]0;owned\x07\x9b31m[bold red]PASSED[/] [link=x]y[/link] <script>alert(1)</script>"
    "<img src=x onerror=alert(1)> \u202edessap\u202c\u2066\u200b\ufeff\u00ad \ud800 \x00\r\x08 "
    "]]>&b; =1+1"
)
NO_SOURCE = str.maketrans("", "", "\x00\ud800")  # what no source, label or file name can hold
TEXTS = attacks(["display", "exceptions"])
VIEWS: tuple[View, ...] = ("student", "instructor")
ACTING = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")


@pytest.fixture(scope="module")
def confined(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Arena]:
    with arena(tmp_path_factory.mktemp("home"), layers=True) as found:
        yield found


def acting(text: str) -> set[str]:
    """The characters that a display could act on; line breaks are ours."""
    return {c for c in text if c != "\n" and unicodedata.category(c) in ACTING}


class Page(HTMLParser):
    """What is in a piece of HTML: tags, attributes, text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}


def strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from (key, *strings(item))
    elif isinstance(value, list):
        for item in value:
            yield from strings(item)


def check_views(report: Report) -> None:
    for view in VIEWS:
        page = html(Shown(report, full=True, view=view))
        found = Page(page)
        assert found.tags <= TAGS
        assert found.attributes <= ATTRIBUTES
        assert acting(page) == set()
        assert acting(str(Shown(report, full=True, view=view))) == set()
        assert acting(terminal.text(report, full=True, view=view)) == set()
        assert from_json(to_json(report)).points == report.points  # as a class's results keep it
        plain = json.loads(report_json.report_json(report, view))
        assert set().union(*map(acting, strings(plain))) == set()
        root = ET.fromstring(junit.junit_xml(report, view))  # noqa: S314  our own output is parsed
        texts = [text for part in root.iter() for text in (part.text or "", *part.attrib.values())]
        assert set().union(*map(acting, texts)) == set()


@pytest.mark.parametrize("attack", TEXTS, ids=lambda attack: attack.name)
def test_no_view_shows_what_acts(attack: Attack, confined: Arena) -> None:
    if attack.outcome == "exceeded":  # its text never comes: seconds for nothing
        return
    check_views(confined.attack(attack).report)


def test_markup_is_shown_as_it_was_written(confined: Arena) -> None:
    (markup,) = (attack for attack in TEXTS if attack.name == "rich_markup")
    report = confined.attack(markup).report
    assert "[bold green]PASSED[/bold green]" in terminal.text(report, full=True)


def test_labels_origins_and_keys_are_cleaned_too(confined: Arena) -> None:
    """A kernel's cells, the name of its file, a type, a key and a note: all of hostile text."""
    function = (
        "def scaled_softmax(x, scale):\n"
        f"    raise type({HOSTILE!r}, (ValueError,), {{}})({HOSTILE!r})\n"
    )
    text = HOSTILE.translate(NO_SOURCE)
    cells = [(text, f"import os\n!{text}"), (text, function)]
    submission = submission_from_cells(cells, HOSTILE, "notebook")
    report = confined.grader.grade(confined.challenge, submission, Asked())
    said = message.message_text(report.tests[0], "instructor")
    assert "PASSED" in said  # it is there, and it is only text
    check_views(report)


def test_a_fault_in_the_source_is_cleaned_too(confined: Arena) -> None:
    text = HOSTILE.translate(NO_SOURCE)
    submission = submission_from_cells([(text, f"def f(:  # {text}")], HOSTILE, "script")
    report = confined.grader.grade(confined.challenge, submission, Asked())
    assert report.reason
    check_views(report)


@pytest.mark.parametrize("suffix", ["py", "ipynb", "txt"])
def test_the_name_of_a_file_is_cleaned_too(suffix: str, tmp_path: Path) -> None:
    name = HOSTILE.translate(NO_SOURCE).replace("/", "") + "\udc80"
    path = tmp_path / f"{name}.{suffix}"
    with pytest.raises(SubmissionError) as missing:
        read_submission(path)
    path.write_bytes(b"\x00\xff{")
    with pytest.raises(SubmissionError) as unread:
        read_submission(path)
    for error in (missing, unread):
        assert acting(str(error.value)) == set()


def test_numbers_of_every_kind_are_shown(confined: Arena, tmp_path: Path) -> None:
    """Not-a-numbers, infinities and huge integers in a report are no fault of ours."""
    for value in ("float('nan')", "1e308 * 10", "10**400", "-(2**63)", "x * 1e308 * 10"):
        path = tmp_path / "value.py"
        path.write_text(f"def scaled_softmax(x, scale):\n    return {value}\n", encoding="utf-8")
        check_views(confined.grade(path).report)
