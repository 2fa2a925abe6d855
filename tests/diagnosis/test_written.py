"""What calls have written into what stays: named by the mistake that writes the same numbers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from judge.calls import Exchange, Kept, Step
from judge.challenge import load_tests
from judge.diagnosis import Diagnosis
from judge.manifest import Challenge, read_challenge
from judge.replies import Stop
from judge.results import Changed, Misconception, Status
from judge.verdict import outcome_of
from tests.folders import write_challenge, write_mutants

NOTEBOOK = '''# %% role="setup"
import numpy as np

# %% role="task" task="twice"
def twice(x, *, times=2):
    """Twice x."""
    ### BEGIN SOLUTION
    return x * times
    ### END SOLUTION
'''
PATCHES = {
    "doubles_in_place": ("return x * times", "x *= times; return x"),
    "sorts_in_place": ("return x * times", "x.sort(); return x * times"),
    "adds": ("return x * times", "return x + times"),
}
X = np.array([1.0, -3.0, 0.5])
CHANGED = Changed(quantity="x", by="the call", count=3, size=3)


@pytest.fixture
def made(tmp_path: Path) -> Challenge:
    folder = write_challenge(tmp_path, notebook=NOTEBOOK)
    write_mutants(folder, PATCHES)
    return read_challenge(folder)


def said(made: Challenge, value: Any, *, of: int, calls: int = 1) -> Misconception | None:
    """What is said of bytes that changed, when this is what the put array or a call gave last."""
    steps = [Step("put", args=(X,), number=1)]
    steps += [Step("call", "twice", (Kept(1),), number=2 + n) for n in range(calls)]
    test = load_tests(made)[0]
    outcome = outcome_of(test, Status.FAILED, stop=Stop(Status.FAILED, CHANGED))
    exchange = Exchange(tuple(steps), (), value, of=of)
    return Diagnosis(made).name([outcome], {test.name: exchange})[0].misconception


def named(found: Misconception | None) -> str | None:
    return found.name if found else None


def test_what_was_written_names_who_writes_the_same(made: Challenge) -> None:
    assert named(said(made, 2 * X, of=1)) == "doubles_in_place"
    assert named(said(made, np.sort(X), of=1)) == "sorts_in_place"
    assert named(said(made, 4 * X, of=1, calls=2)) == "doubles_in_place"


def test_what_nobody_writes_has_no_name(made: Challenge) -> None:
    assert said(made, X + 2, of=1) is None
    assert said(made, 2 * X, of=1, calls=2) is None


def test_a_pattern_does_not_speak_of_what_was_written(made: Challenge) -> None:
    assert said(made, 3 * X, of=1) is None


def test_what_a_call_returned_says_nothing_of_bytes_that_changed(made: Challenge) -> None:
    assert said(made, X + 2, of=2) is None
