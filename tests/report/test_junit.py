from __future__ import annotations

from xml.etree import ElementTree as ET

import msgspec
import pytest
from hypothesis import given, settings

from judge.report.examples import failing, passing
from judge.report.junit import junit_xml
from judge.results import Raised, Report, Status, Verdict
from tests.report.generate import REPORTS
from tests.report.samples import (
    SAMPLES,
    broken,
    broken_test,
    half_done,
    hidden,
    hostile,
    raised,
    refused,
)


def suite(report: Report) -> ET.Element:
    root = ET.fromstring(junit_xml(report).encode("utf-8"))  # noqa: S314  our own text
    found = root.find("testsuite")
    assert found is not None
    return found


@settings(deadline=None, max_examples=150)
@given(REPORTS)
def test_any_report_is_valid_xml_with_names_that_are_unique(report: Report) -> None:
    found = suite(report)
    cases = found.findall("testcase")
    names = [(case.get("classname"), case.get("name")) for case in cases]
    assert len(set(names)) == len(names)
    assert all(name for _, name in names)
    assert found.get("tests") == str(len(cases))
    whole = [case for case in cases if case.get("name") == "submission"]
    assert len(cases) - len(report.tests) in (0, 1)
    assert len(cases) == len(report.tests) or whole


def test_each_outcome_has_its_element() -> None:
    kinds = {case.get("name"): [part.tag for part in case] for case in suite(failing())}
    assert kinds["the running sums follow a growing maximum"] == ["failure"]
    assert kinds["the gradients agree with finite differences"] == ["failure"]
    assert kinds["a second backward gives the same"] == ["skipped"]
    assert kinds["the inputs stay as they were"] == []
    assert [part.tag for case in suite(broken_test()) for part in case] == ["error"]
    skipped = suite(half_done()).findall("testcase/skipped")
    assert {part.get("type") for part in skipped} == {"not attempted"}


def test_the_counts_agree_with_the_elements() -> None:
    found = suite(failing())
    assert (found.get("failures"), found.get("errors"), found.get("skipped")) == ("3", "0", "2")
    assert suite(passing()).get("failures") == "0"


@pytest.mark.parametrize("name", SAMPLES)
def test_the_text_repeats_the_message(name: str) -> None:
    for part in suite(SAMPLES[name]()).findall("testcase/*"):
        assert part.text is not None
        assert part.text.startswith(str(part.get("message")))


def test_a_title_used_twice_gets_a_number() -> None:
    first = failing().tests[0]
    found = suite(msgspec.structs.replace(failing(), tests=(first, first, first)))
    names = [case.get("name") for case in found]
    assert names == [first.title, f"{first.title} (2)", f"{first.title} (3)"]


def test_a_submission_that_never_ran_is_not_silent() -> None:
    case = suite(refused()).find("testcase[@name='submission']")
    assert case is not None
    assert case.find("failure") is not None
    assert suite(broken()).find("testcase/error") is not None
    assert broken().verdict is Verdict.BROKEN


def test_hidden_tests_stay_hidden() -> None:
    assert "1.1645" not in junit_xml(hidden())
    assert "1.1645" in junit_xml(hidden(), "instructor")


def test_a_script_points_to_the_line_that_raised() -> None:
    report = raised()
    assert suite(report)[0].get("line") is None  # lines of a cell are not lines of the file
    evidence = report.tests[0].evidence
    assert isinstance(evidence, Raised)
    frame = msgspec.structs.replace(evidence.frames[-1], label="", line=31)
    own = msgspec.structs.replace(evidence, frames=(frame,))
    test = msgspec.structs.replace(report.tests[0], evidence=own)
    submission = msgspec.structs.replace(report.submission, origin="attention.py")
    case = suite(msgspec.structs.replace(report, tests=(test,), submission=submission))[0]
    assert (case.get("file"), case.get("line")) == ("attention.py", "31")
    assert test.status is Status.CRASHED


def test_hostile_text_stays_text() -> None:
    found = suite(hostile()).find("testcase/failure")
    assert found is not None
    assert "<script>" in str(found.text)
    assert len(found) == 0
