"""Grading from end to end, over a tiny challenge: each verdict, each way to end."""

from __future__ import annotations

import gc
from pathlib import Path

import pytest

from judge.challenge import reference_submission, template_submission
from judge.grading import Asked, Grader
from judge.manifest import Challenge
from judge.results import (
    Died,
    LimitHit,
    Raised,
    Said,
    Status,
    Verdict,
    WrongValue,
    from_json,
    to_json,
)
from judge.student import Student
from tests.doubling import RIGHT_HALF, RIGHT_TWICE, TESTS, by_name, made, script, statuses

# --- verdicts -----------------------------------------------------------------------------------


def test_the_reference_passes(grader: Grader, challenge: Challenge) -> None:
    report = grader.grade(challenge, reference_submission(challenge), Asked())
    assert report.verdict is Verdict.PASSED
    assert (report.points.earned, report.points.possible) == (8.0, 8.0)
    assert set(statuses(report).values()) == {"passed"}
    assert [test.name for test in report.tests] == [
        "values_are_doubled",
        "the_input_stays_unchanged",
        "nothing_becomes_nothing",
        "integers_stay_integers",
        "values_are_halved",
    ]
    assert (report.challenge.id, report.challenge.version) == ("double", "1.2")
    assert report.submission.origin == "reference of double"
    assert report.notes == ()
    assert from_json(to_json(report)) == report


def test_a_wrong_value_fails_and_names_its_misconception(
    grader: Grader, challenge: Challenge
) -> None:
    report = grader.grade(challenge, script("def twice(x): return x ** 2", RIGHT_HALF), Asked())
    found = by_name(report)["values_are_doubled"]
    assert report.verdict is Verdict.FAILED
    assert isinstance(found.evidence, WrongValue)
    assert found.evidence.call is not None
    assert found.evidence.call.text == "twice(x)"
    assert found.evidence.call.inputs == ("x float64 (4,)",)
    assert found.misconception is not None
    assert (found.misconception.name, found.misconception.match) == ("squares", "equals")
    assert statuses(report)["the_input_stays_unchanged"] == "not run"


def test_points_are_those_of_the_tests_that_pass(grader: Grader, challenge: Challenge) -> None:
    source = "def twice(x):\n    if x.size:\n        x *= 2\n    return x"
    report = grader.grade(challenge, script(source, RIGHT_HALF), Asked())
    assert report.verdict is Verdict.FAILED
    assert (report.points.earned, report.points.possible) == (6.0, 8.0)
    assert [(task.id, task.earned, task.status) for task in report.tasks] == [
        ("twice", 4.0, Status.FAILED),
        ("half", 2.0, Status.PASSED),
    ]


def test_strict_tests_carry_no_points_and_decide_no_verdict(
    grader: Grader, challenge: Challenge
) -> None:
    report = grader.grade(challenge, script("def twice(x): return x * 2.0", RIGHT_HALF), Asked())
    found = by_name(report)["integers_stay_integers"]
    assert report.verdict is Verdict.PASSED
    assert report.points.earned == report.points.possible == 8.0
    assert (found.status, found.possible) == (Status.FAILED, 0.0)
    assert isinstance(found.evidence, Said)


def test_a_strict_test_asked_for_alone_decides(grader: Grader, challenge: Challenge) -> None:
    asked = Asked(tests=("integers_stay_integers",))
    wrong = script("def twice(x): return x * 2.0", RIGHT_HALF)
    assert grader.grade(challenge, wrong, asked).verdict is Verdict.FAILED
    assert grader.grade(challenge, script(RIGHT_TWICE, RIGHT_HALF), asked).verdict is Verdict.PASSED


STUBS = {
    "missing": ("def double(x): return x", "twice is not defined; found: double, half"),
    "unknown in its own line": (
        "def twice(x: Array): return x",
        "the line that defines twice raises an error, or it is deleted later",
    ),
    "pass": ("def twice(x): pass", "twice is still the stub"),
    "a docstring": ("def twice(x):\n    'Twice x.'", "twice is still the stub"),
    "NotImplementedError": (
        "def twice(x):\n    y = x\n    raise NotImplementedError",
        "twice raises NotImplementedError",
    ),
}


@pytest.mark.parametrize("stub", STUBS)
def test_a_task_that_was_not_attempted_costs_only_itself(
    grader: Grader, challenge: Challenge, stub: str
) -> None:
    source, reason = STUBS[stub]
    report = grader.grade(challenge, script(source, RIGHT_HALF), Asked())
    assert [(task.id, str(task.status)) for task in report.tasks] == [
        ("twice", "not attempted"),
        ("half", "passed"),
    ]
    assert report.tasks[0].reason == reason
    assert report.verdict is Verdict.FAILED
    assert report.points.earned == 2.0


def test_a_template_is_not_attempted(grader: Grader, challenge: Challenge) -> None:
    report = grader.grade(challenge, template_submission(challenge), Asked())
    assert report.verdict is Verdict.NOT_ATTEMPTED
    assert (report.points.earned, report.points.possible) == (0.0, 8.0)


def test_what_is_no_python_is_refused_with_its_line(grader: Grader, challenge: Challenge) -> None:
    report = grader.grade(challenge, script("def twice(x:\n    return"), Asked(seed=3))
    assert report.verdict is Verdict.REFUSED
    assert report.reason is not None
    assert report.reason.startswith("answer.py, line 2: ")
    assert "def twice(x:" in report.reason
    assert report.tests == ()
    assert from_json(to_json(report)) == report


def test_a_hidden_test_that_fails_itself_is_broken(grader: Grader, tmp_path: Path) -> None:
    broken = made(tmp_path, TESTS.replace("2 * x, name", "2 * x + None, name"))
    report = grader.grade(broken, reference_submission(broken), Asked())
    found = by_name(report)["values_are_doubled"]
    assert (report.verdict, found.status) == (Verdict.BROKEN, Status.BROKEN)
    assert found.reason is not None
    assert "TypeError" in found.reason
    assert "values_are_doubled" in found.reason
    assert [str(task.status) for task in report.tasks] == ["broken", "passed"]


# --- ends ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "evidence"),
    [
        ("raise ValueError('no')", Raised),
        ("import os; os._exit(3)", Died),
        ("import sys; sys.exit()", Raised),
        ("import socket", Raised),
    ],
)
def test_what_ends_loading_is_told_once_per_task(
    grader: Grader, challenge: Challenge, source: str, evidence: type
) -> None:
    twice = f"def table():\n    {source}\nvalues = table()\ndef twice(x): return values"
    report = grader.grade(challenge, script(twice, RIGHT_HALF), Asked())
    found = list(statuses(report).values())
    assert found == ["crashed", "not run", "not run", "not run", "crashed"]
    assert isinstance(report.tests[0].evidence, evidence)
    assert report.tests[1].reason == "the submission could not be loaded"
    assert report.verdict is Verdict.FAILED


def test_a_loop_while_loading_is_reported(
    grader: Grader, challenge: Challenge, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("judge.preparing.LOAD_SECONDS", 0.3)
    source = "def table():\n    while True: pass\nvalues = table()\ndef twice(x): return values"
    report = grader.grade(challenge, script(source), Asked(tasks=("twice",)))
    assert report.tests[0].status is Status.EXCEEDED
    assert isinstance(report.tests[0].evidence, LimitHit)
    assert (report.tests[0].evidence.phase, report.tests[0].evidence.limit) == ("load", 0.3)
    assert report.seconds < 8


def test_a_loop_in_a_function_costs_its_task_and_no_other(
    grader: Grader, challenge: Challenge
) -> None:
    source = "def twice(x):\n    while True: pass"
    report = grader.grade(challenge, script(source, RIGHT_HALF), Asked())
    found = statuses(report)
    assert found["values_are_doubled"] == found["nothing_becomes_nothing"] == "exceeded"
    assert found["the_input_stays_unchanged"] == found["integers_stay_integers"] == "not run"
    assert found["values_are_halved"] == "passed"
    evidence = by_name(report)["values_are_doubled"].evidence
    assert isinstance(evidence, LimitHit)
    assert (evidence.what, evidence.limit) == ("time", 0.3)
    assert report.seconds < 8


def test_memory_is_exceeded_and_a_crash_is_a_crash(grader: Grader, challenge: Challenge) -> None:
    source = "def twice(x): return np.ones(3 * 2**27)"
    other = "def half(x):\n    import os\n    os.abort()"
    report = grader.grade(challenge, script(source, other), Asked())
    assert statuses(report)["values_are_doubled"] == "exceeded"
    assert statuses(report)["values_are_halved"] == "crashed"
    died = by_name(report)["values_are_halved"].evidence
    assert isinstance(died, Died)
    assert died.how == "killed by signal 6 (SIGABRT)"


def test_when_the_budget_is_spent_the_rest_is_not_run(challenge: Challenge) -> None:
    grader = Grader(jobs=1, seconds=0.05)
    try:
        source = "def twice(x):\n    while True: pass"
        report = grader.grade(challenge, script(source, source.replace("twice", "half")), Asked())
    finally:
        grader.close()
    assert set(statuses(report).values()) == {"not run"}
    assert {test.reason for test in report.tests} == {"the submission used its 0.05 s"}
    assert report.verdict is Verdict.FAILED


def test_state_left_in_a_worker_helps_no_other_test(grader: Grader, challenge: Challenge) -> None:
    source = """
    calls = []
    def twice(x):
        calls.append(1)
        return x * 2 if len(calls) == 1 else x
    """
    report = grader.grade(challenge, script(source, RIGHT_HALF), Asked())
    assert report.verdict is Verdict.PASSED


def test_nothing_that_a_test_was_given_stays_behind(grader: Grader, challenge: Challenge) -> None:
    """Wrong values may take a hundred megabytes each, which would add up."""
    large = "def twice(x):\n    import numpy as np\n    return np.zeros(1000)"
    gc.collect()
    gc.disable()
    try:
        before = students()
        report = grader.grade(challenge, script(large, RIGHT_HALF), Asked())
        assert statuses(report)["values_are_doubled"] == "failed"
        assert students() == before
    finally:
        gc.enable()


def students() -> int:
    """Those that live: arrays are not seen by the collector, but what leads to them is."""
    return sum(type(found) is Student for found in gc.get_objects())
