from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import jsonschema  # type: ignore[import-untyped]  # it ships no types
import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from judge.report.examples import failing
from judge.report.json import report_json, report_object, schema
from judge.report.message import View
from judge.results import Report, WrongValue
from tests.report.generate import REPORTS
from tests.report.samples import SAMPLES, close_value, hidden, hostile

CHECK = jsonschema.Draft202012Validator(schema())
VIEWS: tuple[View, ...] = ("student", "instructor")
TOP = [
    "schema", "judge", "challenge", "submission", "seed", "isolation", "verdict", "reason",
    "notes", "points", "seconds", "tasks", "tests",
]  # fmt: skip
TEST = [
    "task", "name", "title", "group", "visibility", "status", "earned", "possible", "seconds",
    "evidence", "message", "misconception",
]  # fmt: skip


def refuse_constant(name: str) -> None:
    pytest.fail(f"a bare {name}")


def strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from strings(item)
    elif isinstance(value, list):
        for item in value:
            yield from strings(item)


@settings(deadline=None, max_examples=200)
@given(REPORTS, st.sampled_from(VIEWS))
def test_any_report_is_valid_under_the_schema(report: Report, view: View) -> None:
    text = report_json(report, view)
    assert text.isascii()
    data = json.loads(text, parse_constant=refuse_constant)
    CHECK.validate(data)
    for string in strings(data):
        string.encode("utf-8")
        assert not set(string) & set("\x00\x07\x1b\u202e\u2066\u200b")


@settings(deadline=None, max_examples=100)
@given(REPORTS)
def test_the_student_gets_no_evidence_of_hidden_tests(report: Report) -> None:
    for test in report_object(report, "student")["tests"]:
        assert test["visibility"] == "public" or test["evidence"] is None


def test_the_fields_are_those_that_are_promised() -> None:
    data = report_object(failing())
    assert list(data) == TOP
    assert list(data["tests"][0]) == TEST
    assert list(data["tasks"][0]) == ["id", "status", "earned", "possible", "reason"]


def test_the_message_is_the_students_or_the_instructors() -> None:
    student, instructor = (report_object(hidden(), view)["tests"][0] for view in VIEWS)
    assert "1.1645" not in json.dumps(student)
    assert student["misconception"]["name"] == "no_rescale"
    assert "1.1645" in instructor["message"]
    assert instructor["evidence"]["kind"] == "value"


def test_numbers_that_json_lacks_are_spelt_out() -> None:
    report = close_value()
    evidence = report.tests[0].evidence
    assert isinstance(evidence, WrongValue)
    odd = msgspec.structs.replace(evidence, got=float("nan"), error=float("inf"))
    test = msgspec.structs.replace(report.tests[0], evidence=odd)
    data = report_object(msgspec.structs.replace(report, tests=(test,)))
    assert data["tests"][0]["evidence"]["got"] == "nan"
    assert data["tests"][0]["evidence"]["error"] == "inf"
    CHECK.validate(data)


@pytest.mark.parametrize("name", SAMPLES)
def test_every_sample_is_valid(name: str) -> None:
    CHECK.validate(report_object(SAMPLES[name](), "instructor"))


def test_hostile_text_is_cleaned() -> None:
    assert not any("\u202e" in text for text in strings(report_object(hostile(), "instructor")))


def objects(part: Any) -> Iterator[dict[str, Any]]:
    if isinstance(part, dict):
        if "properties" in part:
            yield part
        for item in part.values():
            yield from objects(item)
    elif isinstance(part, list):
        for item in part:
            yield from objects(item)


def test_the_schema_is_sound_and_closed() -> None:
    jsonschema.Draft202012Validator.check_schema(schema())
    found = list(objects(schema()))
    assert len(found) > 15
    for part in found:
        assert part["additionalProperties"] is False
        assert part["description"]
        assert part["required"] == list(part["properties"])
        assert all(field["description"].endswith(".") for field in part["properties"].values())


def test_what_the_schema_does_not_know_is_refused() -> None:
    data = report_object(failing())
    data["grade"] = "A"
    assert not CHECK.is_valid(data)
    data = report_object(failing())
    del data["tests"][0]["message"]
    assert not CHECK.is_valid(data)
