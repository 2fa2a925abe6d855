"""Replies as models write them: what is taken of each, and what it is worth on `softmax_numpy`."""

from __future__ import annotations

from pathlib import Path

import pytest

from judge.catalogue import find_challenge
from judge.errors import SubmissionError
from judge.grading import Asked, Grader
from judge.manifest import Challenge
from judge.results import Report, Verdict
from judge.submission import read_submission
from judge.worker.slicing import make_plan

FOLDER = Path(__file__).parent / "replies"
TAKEN = {
    "plain.md": (Verdict.PASSED, "Taken from the reply: block 1."),
    "with_install_and_example.md": (
        Verdict.PASSED,
        "Taken from the reply: block 2; left out: block 1 (bash), "
        "block 3 (nothing of it is needed), block 4 (text).",
    ),
    "improved_on_itself.md": (Verdict.PASSED, "Taken from the reply: blocks 1 and 2."),
    "made_it_worse.md": (Verdict.FAILED, "Taken from the reply: blocks 1 and 2."),
    "cut_off.md": (
        Verdict.PASSED,
        "Taken from the reply: block 1; left out: block 2 (it is not complete Python).",
    ),
    "cut_off_below.md": (
        Verdict.PASSED,
        "Taken from the reply: block 1; left out: "
        "block 1 (below line 7: it is not complete Python).",
    ),
    "thinking.md": (Verdict.PASSED, "Taken from the reply: block 1."),
    "thinking_begun_in_the_prompt.md": (Verdict.PASSED, "Taken from the reply: block 1."),
    "in_a_list.md": (Verdict.PASSED, "Taken from the reply: blocks 1 and 2."),
    "wrapped_in_markdown.md": (Verdict.PASSED, "Taken from the reply: block 1."),
    "no_language.md": (
        Verdict.PASSED,
        "Taken from the reply: block 1; left out: block 2 (it is not complete Python).",
    ),
    "no_fences.txt": (
        Verdict.PASSED,
        "The reply has no block of code: all of it was read as Python.",
    ),
    "signature_again.md": (
        Verdict.PASSED,
        "Taken from the reply: block 1; left out: block 2 (nothing of it is needed).",
    ),
    "example_in_the_same_block.md": (
        Verdict.PASSED,
        "Taken from the reply: block 1; left out: "
        "block 1 (below line 11: it is not complete Python).",
    ),
    "session.md": (
        Verdict.PASSED,
        "Taken from the reply: block 2; left out: block 1 (pycon), "
        "block 3 (it is not complete Python).",
    ),
    "moved_in.md": (
        Verdict.PASSED,
        "Taken from the reply: block 1; left out: block 2 (it is not complete Python).",
    ),
    "prose_around_code.md": (
        Verdict.PASSED,
        "Taken from the reply: block 1; left out: "
        "block 1 (below line 6: it is not complete Python).",
    ),
    "in_a_call.md": (
        Verdict.PASSED,
        "Taken from the reply: block 1; left out: "
        "block 1 (below line 6: it is not complete Python).",
    ),
    "in_channels.md": (Verdict.PASSED, "Taken from the reply: block 1."),
    "named_by_its_file.md": (Verdict.PASSED, "Taken from the reply: block 1."),
    "with_a_test_file.md": (Verdict.PASSED, "Taken from the reply: blocks 1 and 2."),
    "windows.md": (Verdict.PASSED, "Taken from the reply: block 1."),
}
QUICK = ("made_it_worse.md", "cut_off_below.md")
REFUSED = {
    "only_thinking.md": "no answer, only reasoning",
    "only_javascript.md": "only of other languages: javascript",
    "refuses.md": "has no block of code",
    "answer_of_an_api.md": "is JSON and not the text of a reply",
}


@pytest.fixture(scope="module")
def softmax(tmp_path_factory: pytest.TempPathFactory) -> Challenge:
    return find_challenge("softmax_numpy", (), tmp_path_factory.mktemp("course"))


def graded(grader: Grader, challenge: Challenge, name: str) -> Report:
    return grader.grade(challenge, read_submission(FOLDER / name), Asked(seed=1, diagnose=False))


def test_every_reply_is_looked_at() -> None:
    there = {path.name for path in FOLDER.iterdir()}
    assert there == {*TAKEN, *REFUSED, "broken_python.md"}


def notes_of(name: str) -> tuple[str, ...]:
    read = read_submission(FOLDER / name)
    assert read.kind == "reply"
    cells = [(cell.label, cell.source) for cell in read.cells]
    return make_plan(cells, read.kind, ["softmax"]).notes


@pytest.mark.parametrize("name", TAKEN)
def test_what_is_taken(name: str) -> None:
    assert notes_of(name)[0] == TAKEN[name][1]


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=[] if name in QUICK else pytest.mark.slow, id=name)
        for name in TAKEN
    ],
)
def test_what_it_is_worth(name: str, grader: Grader, softmax: Challenge) -> None:
    verdict, note = TAKEN[name]
    report = graded(grader, softmax, name)
    assert report.notes[0] == note
    assert report.verdict is verdict


def test_lines_of_a_notebook_are_named() -> None:
    notes = notes_of("example_in_the_same_block.md")
    assert notes[1] == "block 1: left out `!pip install -q numpy`, `%matplotlib inline`."


@pytest.mark.parametrize("name", REFUSED)
def test_a_reply_without_python_is_refused(name: str) -> None:
    with pytest.raises(SubmissionError, match=REFUSED[name]):
        read_submission(FOLDER / name)


def test_a_reply_whose_only_code_is_broken_is_refused(grader: Grader, softmax: Challenge) -> None:
    report = graded(grader, softmax, "broken_python.md")
    assert report.verdict is Verdict.REFUSED
    assert "block 1, line 1: expected ':'" in (report.reason or "")
