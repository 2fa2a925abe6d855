"""Values that say little: several mistakes may give the same few integers, zeros or NaN."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from judge.calls import Exchange, Kind
from judge.challenge import load_tests
from judge.diagnosis import Diagnosis
from judge.manifest import Challenge, read_challenge
from judge.results import Outcome, Status
from judge.verdict import outcome_of
from tests.exchanges import called
from tests.folders import write_challenge, write_mutants

NOTEBOOK = '''# %% role="setup"
import numpy as np

# %% role="task" task="twice"
def twice(x, *, times=2):
    """The places of the numbers, the largest first."""
    ### BEGIN SOLUTION
    return np.argsort(-x).tolist()
    ### END SOLUTION
'''
PATCHES = {
    "smallest_first": ("np.argsort(-x).tolist()", "np.argsort(x).tolist()"),
    "by_size": ("np.argsort(-x).tolist()", "np.argsort(-np.abs(x)).tolist()"),
    "last_first": ("np.argsort(-x).tolist()", "list(range(len(x)))[::-1]"),
}
RISING = np.array([1.0, 2.0, 3.0, 4.0])  # by_size is right, last_first too
MIXED = np.array([3.0, -4.0, 1.0, 2.0])


@pytest.fixture
def made(tmp_path: Path) -> Challenge:
    folder = write_challenge(tmp_path, notebook=NOTEBOOK)
    write_mutants(folder, PATCHES)
    return read_challenge(folder)


def named(
    made: Challenge, *failed: tuple[Any, Any], right: tuple[Any, Any] | None = None
) -> list[str | None]:
    """The mistakes named when tests fail on these calls, the first after one that is right."""
    tests = load_tests(made)[: len(failed)]
    outcomes: list[Outcome] = [outcome_of(test, Status.FAILED) for test in tests]
    exchanges = {test.name: _call(*call) for test, call in zip(tests, failed, strict=True)}
    small = {name: [exchange] for name, exchange in exchanges.items()}
    if right:
        small[tests[0].name].insert(0, _call(*right))
    said = [o.misconception for o in Diagnosis(made).name(outcomes, exchanges, small)]
    return [found.name if found else None for found in said]


def _call(x: Any, value: Any) -> Exchange:
    return called("twice", x, value=value)


def test_integers_are_named_where_one_mistake_gives_them(made: Challenge) -> None:
    assert named(made, (MIXED, [1, 0, 3, 2])) == ["by_size"]
    assert named(made, (MIXED, [1, 0, 2, 3])) == [None]


def test_integers_that_several_mistakes_give_have_no_name(made: Challenge) -> None:
    falling = -RISING
    assert named(made, (falling, [3, 2, 1, 0])) == [None]


def test_another_wrong_call_tells_apart_which_mistake_gives_the_integers(made: Challenge) -> None:
    assert named(made, (-RISING, [3, 2, 1, 0]), (MIXED, [1, 0, 3, 2])) == ["by_size"] * 2


def test_a_mistake_that_gives_the_integers_of_one_call_only_is_not_named(made: Challenge) -> None:
    assert named(made, (-RISING, [3, 2, 1, 0]), (MIXED, [0, 1, 2, 3])) == [None, None]


def test_a_mistake_that_is_wrong_where_the_student_is_right_is_not_named(made: Challenge) -> None:
    wrong = (MIXED, [1, 0, 3, 2])
    assert named(made, wrong, right=(RISING, [3, 2, 1, 0])) == ["by_size"]
    assert named(made, wrong, right=(-RISING, [0, 1, 2, 3])) == [None]


def test_a_call_that_another_style_answers_otherwise_contradicts_nothing(
    made: Challenge,
) -> None:
    loose = (-RISING, (3, 2, 1))  # accepted, though the reference returns something else
    assert named(made, (MIXED, [1, 0, 3, 2]), right=loose) == ["by_size"]


def test_gradients_of_other_calls_are_not_asked(made: Challenge) -> None:
    tests = load_tests(made)[:1]
    wrong = _call(MIXED, [1, 0, 3, 2])
    right = _call(-RISING, [0, 1, 2, 3])
    refuting = replace(right, steps=(replace(right.steps[0], kind="vjp", cotangent=MIXED),))
    exchanges, small = {tests[0].name: wrong}, {tests[0].name: [refuting]}
    (said,) = Diagnosis(made).name([outcome_of(tests[0], Status.FAILED)], exchanges, small)
    assert said.misconception is not None


def test_how_far_nan_gets_in_a_gradient_contradicts_nothing(made: Challenge) -> None:
    tests = load_tests(made)[:2]
    wrong, spread = _call(MIXED, [1, 0, 3, 2]), _call(RISING, np.full(4, np.nan))
    names: dict[Kind, str | None] = {"vjp": "by_size", "call": None}
    for kind, name in names.items():
        step = replace(spread.steps[0], kind=kind, cotangent=RISING)
        exchanges = {tests[0].name: wrong, tests[1].name: replace(spread, steps=(step,))}
        outcomes = [outcome_of(test, Status.FAILED) for test in tests]
        said = Diagnosis(made).name(outcomes, exchanges)[0].misconception
        assert (said.name if said else None) == name
