"""What is named of a wrong value, and what is not because the evidence does not carry it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from judge.calls import Exchange
from judge.challenge import load_tests
from judge.diagnosis import Diagnosis
from judge.manifest import Challenge, read_challenge
from judge.replies import Stop
from judge.results import CostTooHigh, Outcome, Status
from judge.verdict import outcome_of
from tests.folders import write_challenge

NOTEBOOK = '''# %% role="setup"
import numpy as np

# %% role="task" task="twice"
def twice(x, *, times=2):
    """Twice x."""
    ### BEGIN SOLUTION
    return x * times
    ### END SOLUTION
'''

MUTANT = """
[[mutant]]
name = "{name}"
misconception = "{name} in words"
find = "return x * times"
put = "{put}"
killed_by = ["two_becomes_four"]
"""

MUTANTS = "".join(
    MUTANT.format(name=name, put=put)
    for name, put in {
        "adds": "return x + times",
        "empty_where_negative": "return np.where(x < 0, 0.0, x * times)",
        "seeds": "np.random.seed(0); return x - times",
        "in_a_dict": "return {'y': x - 1, 'z': 3.0}",
    }.items()
)
X = np.array([1.0, -3.0, 0.5])


@pytest.fixture
def made(tmp_path: Path) -> Challenge:
    folder = write_challenge(tmp_path, notebook=NOTEBOOK)
    (folder / "mutants.toml").write_text(MUTANTS, encoding="utf-8")
    return read_challenge(folder)


def named(
    made: Challenge, *calls: tuple[Any, Any], status: Status = Status.FAILED, **fields: Any
) -> list[str | None]:
    """The mistakes named when the tests of the challenge fail on these calls of twice(x)."""
    tests = load_tests(made)
    exchanges = {
        test.name: Exchange("twice", (x,), {}, (), value)
        for test, (x, value) in zip(tests, calls, strict=False)
    }
    outcomes: list[Outcome] = [outcome_of(test, status, **fields) for test in tests]
    found = Diagnosis(made).name(outcomes, exchanges)[: len(calls)]
    return [o.misconception.name if o.misconception else None for o in found]


def test_a_mutant_whose_own_test_has_passed_is_not_named(made: Challenge) -> None:
    assert named(made, (X, X + 2)) == ["adds"]
    assert named(made, (X, X + 2), status=Status.PASSED) == [None]


def test_a_mutant_whose_own_test_was_not_asked_for_is_not_named(made: Challenge) -> None:
    other = load_tests(made)[1]
    outcomes = [outcome_of(other, Status.FAILED)]
    exchanges = {other.name: Exchange("twice", (X,), {}, (), X + 2)}
    assert [o.misconception for o in Diagnosis(made).name(outcomes, exchanges)] == [None]


def test_what_nan_in_the_arguments_makes_is_no_evidence(made: Challenge) -> None:
    x = np.array([np.nan, 1.0, 2.0, 5.0])
    assert named(made, (x, x + 2)) == [None]


def test_a_call_that_cost_too_much_is_not_repeated(made: Challenge) -> None:
    evidence = CostTooHigh(what="calls", used=3, limit=1)
    assert named(made, (X, X + 2), stop=Stop(Status.FAILED, evidence)) == [None]


def test_zeros_are_named_only_if_the_mistake_explains_the_other_calls(made: Challenge) -> None:
    low, mixed = np.array([-1.0, -2.0]), np.array([1.0, -2.0, 3.0, 4.0])
    assert named(made, (low, 0 * low)) == ["empty_where_negative"]
    explained = np.array([2.0, 0.0, 6.0, 8.0])
    assert named(made, (low, 0 * low), (mixed, explained)) == ["empty_where_negative"] * 2
    assert named(made, (low, 0 * low), (mixed, 0 * mixed)) == [None, None]


def test_a_call_whose_value_is_right_contradicts_nothing(made: Challenge) -> None:
    low = np.array([-1.0, -2.0])
    assert named(made, (low, 0 * low), (X, 2 * X)) == ["empty_where_negative", None]


def test_a_dict_of_the_student_may_have_more(made: Challenge) -> None:
    assert named(made, (X, {"z": 3.0, "own": None, "y": X - 1})) == ["in_a_dict"]
    assert named(made, (X, {"y": X - 1})) == [None]


def test_the_random_state_of_the_caller_is_left_alone(made: Challenge) -> None:
    before = repr(np.random.get_state())  # noqa: NPY002  the state in question
    assert named(made, (X, X - 2)) == ["seeds"]
    assert repr(np.random.get_state()) == before  # noqa: NPY002  as above
