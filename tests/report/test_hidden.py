"""What is hidden stays hidden: in every view, for every kind of evidence."""

from __future__ import annotations

import json
import typing
from pathlib import Path

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from judge import results
from judge.grading import Asked, Grader
from judge.report import terminal
from judge.report.examples import KNOWN, report
from judge.report.json import report_json
from judge.report.junit import junit_xml
from judge.report.jupyter import Shown, html
from judge.report.message import View, message_lines, message_text
from judge.results import AnyEvidence, Evidence, Outcome, Report, Status, for_student
from tests.doubling import RIGHT_HALF, made, script
from tests.report.generate import EVIDENCE, OUTCOMES, TEXT
from tests.report.made import SUMS, secret
from tests.report.samples import SAMPLES

KINDS = typing.get_args(AnyEvidence)
TOLD = (Status.NOT_RUN, Status.NOT_ATTEMPTED)  # for what never ran, the student sees why
OWN = (Status.FAILED, Status.CRASHED, Status.EXCEEDED)


def views(shown: Report, view: View) -> list[str]:
    """Everything that can be made of a report."""
    return [
        terminal.text(shown, full=True, view=view),
        terminal.text(shown, view=view),
        str(Shown(shown, full=True, view=view)),
        html(Shown(shown, full=True, view=view)),
        html(Shown(shown, view=view)),
        report_json(shown, view),
        junit_xml(shown, view),
    ]


@settings(deadline=None, max_examples=30)
@given(OUTCOMES, EVIDENCE | st.none(), TEXT, TEXT)
def test_nothing_of_a_hidden_test_but_its_title_reaches_the_student(
    outcome: Outcome, evidence: AnyEvidence | None, about: str, reason: str
) -> None:
    first = secret(outcome)
    why = outcome.reason if outcome.status in TOLD else reason
    other = msgspec.structs.replace(first, evidence=evidence, about=about, reason=why)
    one, two = report((first,)), report((other,))
    assert views(one, "student") == views(two, "student")
    assert for_student(one) == for_student(two)
    assert views(for_student(one), "student") == views(one, "student")


def evidence_of_samples() -> dict[type[Evidence], Outcome]:
    """The first test with each kind of evidence."""
    found: dict[type[Evidence], Outcome] = {}
    for make in SAMPLES.values():
        for test in make().tests:
            if test.evidence is not None and test.visibility == "public":
                found.setdefault(type(test.evidence), test)
    return found


SHOWN = evidence_of_samples()


def test_there_is_a_sample_of_each_kind_of_evidence() -> None:
    assert set(SHOWN) == set(KINDS)


@pytest.mark.parametrize("kind", KINDS)
def test_the_instructor_sees_what_the_student_does_not(kind: type[Evidence]) -> None:
    outcome = msgspec.structs.replace(SHOWN[kind], misconception=KNOWN)
    kept = secret(outcome)
    assert message_lines(kept, "instructor") == message_lines(outcome, "student")
    labels = {line.label for line in message_lines(kept, "student")} - {""}
    assert labels == {"got", "means"}
    text = message_text(kept, "student")
    assert "stay hidden" in " ".join(text.split())
    assert KNOWN.name in text


@pytest.mark.parametrize("kind", KINDS)
def test_the_instructor_sees_all_in_each_view(kind: type[Evidence]) -> None:
    outcome = msgspec.structs.replace(SHOWN[kind], about="A docstring of its own.")
    shown = report((secret(outcome),))
    got = next(line.text for line in message_lines(outcome) if line.label == "got")
    for text in views(shown, "instructor"):
        assert got.split()[0].strip(";:,") in text
    (test,) = json.loads(report_json(shown, "instructor"))["tests"]
    assert test["evidence"]["kind"] == kind.__struct_config__.tag


@pytest.mark.parametrize("status", OWN)
def test_an_instructor_is_told_which_tests_are_hidden(status: Status) -> None:
    shown = report((secret(SUMS.answered(status)), SUMS.answered(status)))
    for text in (terminal.text(shown, view="instructor"), html(Shown(shown, view="instructor"))):
        assert text.count("(hidden)") >= 1
    for text in views(shown, "student"):
        assert "(hidden)" not in text


def test_no_evidence_can_carry_an_array() -> None:
    """Many numbers of one field are sizes, places or bytes, never values."""
    numbers = {
        (kind.__name__, name)
        for kind in KINDS
        for name, hint in typing.get_type_hints(kind, vars(results)).items()
        if typing.get_origin(hint) is tuple and typing.get_args(hint)[0] not in (str, results.Frame)
    }
    assert numbers == {
        ("WrongShape", "got"),
        ("WrongShape", "expected"),
        ("NotFinite", "first"),
        ("WrongValue", "worst"),
        ("CostTooHigh", "sizes"),
        ("CostTooHigh", "uses"),
    }


# --- a real check -------------------------------------------------------------------------------

INPUTS = (4.8151623, 1.6342137, 2.7182818, 3.1415926)
TESTS = f'''
import numpy as np

from judge.testing import expect_close, hidden_test

X = np.array({INPUTS})


@hidden_test(task="twice", points=3)
def values_are_doubled(student):
    """Each number comes back twice as large."""
    expect_close(student.call("twice", X), 2 * X, name="y")


@hidden_test(task="twice", points=3, visibility="hidden")
def in_secret_too(student):
    """A docstring that names 77.125 is for the author."""
    expect_close(student.call("twice", -X), -2 * X, name="y")


@hidden_test(task="half", points=2)
def values_are_halved(student):
    """Each number comes back half as large."""
    expect_close(student.call("half", X), X / 2, name="y")
'''
WRONG = (
    "def twice(x): return x * 3 if x[0] > 0 else x * 5",
    "def twice(x):\n    if x[0] < 0: raise ValueError(str(x))\n    return x * 3",
    "def twice(x): return None",
    "def twice(x): return x[:2]",
    "def twice(x): return x * float('nan')",
)


def digits(number: float) -> str:
    return str(abs(number))[:6]


@pytest.mark.parametrize("source", WRONG)
def test_neither_inputs_nor_expected_arrays_reach_the_student(
    source: str, grader: Grader, tmp_path: Path
) -> None:
    challenge = made(tmp_path, tests=TESTS)
    found = grader.grade(challenge, script(RIGHT_HALF, source), Asked(seed=5))
    expected = [digits(2 * x) for x in INPUTS]
    for text in views(found, "student"):
        assert not [digits(x) for x in INPUTS if digits(x) in text]
        assert sum(number in text for number in expected) <= 1
        assert "77.125" not in text
        for number in np.array(INPUTS) * 5:
            assert digits(number) not in text
    kept = json.loads(report_json(found, "instructor"))["tests"][1]
    assert kept["visibility"] == "hidden"
    assert kept["evidence"] is not None
