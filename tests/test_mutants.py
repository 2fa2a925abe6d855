"""Mutants: how they are read, and how one of them names a mistake."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from judge.challenge import load_tests, reference_submission
from judge.diagnosis import Diagnosis
from judge.errors import ChallengeError
from judge.manifest import Challenge, read_challenge
from judge.mutants import read_mutants
from judge.results import Misconception, Outcome, Status
from judge.verdict import outcome_of
from tests.exchanges import called
from tests.folders import write_challenge

NOTEBOOK = '''# %% [markdown] role="statement"
# Double it.

# %% role="setup"
import numpy as np

# %% role="task" task="twice"
def twice(x, *, times=2):
    """Twice x."""
    ### BEGIN SOLUTION
    y = x * times
    return y
    ### END SOLUTION

# %% role="debug"
print(twice(2))
'''

MUTANT = """
[[mutant]]
name = "{name}"
misconception = "{name} in words"
killed_by = ["two_becomes_four"]
"""


def mutant(name: str, find: str | None = None, put: str | None = None) -> str:
    text = MUTANT.format(name=name)
    text += f"find = {find!r}\n" if find is not None else ""
    return text + (f"put = {put!r}\n" if put is not None else "")


def challenge(root: Path, mutants: str, **files: str) -> Challenge:
    folder = write_challenge(root, notebook=NOTEBOOK)
    (folder / "mutants.toml").write_text(mutants, encoding="utf-8")
    (folder / "mutants").mkdir()
    for name, source in files.items():
        (folder / "mutants" / f"{name}.py").write_text(source, encoding="utf-8")
    return read_challenge(folder)


# --- reading ------------------------------------------------------------------------------------


def test_a_patch_is_made_on_the_reference(tmp_path: Path) -> None:
    made = challenge(tmp_path, mutant("adds", "x * times", "x + times"))
    (found,) = read_mutants(made)
    assert (found.name, found.misconception) == ("adds", "adds in words")
    assert found.killed_by == ("two_becomes_four",)
    right = [cell.source for cell in reference_submission(made).cells]
    wrong = [cell.source for cell in found.submission.cells]
    assert wrong == [source.replace("x * times", "x + times") for source in right]
    assert wrong != right
    assert found.submission.kind == "notebook"
    assert found.submission.origin == "mutant adds of double"


def test_a_put_may_be_empty(tmp_path: Path) -> None:
    (found,) = read_mutants(challenge(tmp_path, mutant("forgets", " * times", "")))
    assert "y = x\n" in found.submission.cells[1].source


def test_a_file_defines_whole_functions_anew(tmp_path: Path) -> None:
    source = "def twice(x, *, times=2):\n    return 0\n"
    (found,) = read_mutants(challenge(tmp_path, mutant("zero"), zero=source))
    assert [cell.label for cell in found.submission.cells] == [
        "cell 1",
        "cell 2",
        "mutants/zero.py",
    ]
    assert found.submission.cells[-1].source == source


def test_no_mutants_are_none(tmp_path: Path) -> None:
    assert read_mutants(challenge(tmp_path, "")) == ()


REFUSED = {
    "not TOML": ("[[mutant]\n", "mutants.toml"),
    "unknown field": (mutant("a", "x", "y") + "findd = 1\n", "findd"),
    "missing field": ('[[mutant]]\nname = "a"\n', "misconception"),
    "a name that is a path": (mutant("../a", "x * times", "y"), "name"),
    "an empty misconception": (
        mutant("a", "x * times", "y").replace("a in words", ""),
        "misconception",
    ),
    "killed by no list": (
        mutant("a", "x * times", "y").replace('["two_becomes_four"]', '"two_becomes_four"'),
        "mutant[0].killed_by (a) = 'two_becomes_four' is not accepted.\nList the hidden tests",
    ),
    "a misspelt field": (
        mutant("a", "x * times", "y").replace("misconception", "misconcepton", 1),
        "no field mutant[0].misconcepton (a).\nDid you mean misconception?",
    ),
    "no tables": ('mutant = "a"\n', "mutant = 'a' is not accepted.\nWrite [[mutant]]"),
    "killed by nothing": (
        mutant("a", "x * times", "y").replace('["two_becomes_four"]', "[]"),
        "killed_by",
    ),
    "two of one name": (mutant("a", "x * times", "y") * 2, "'a'"),
    "occurs twice": (mutant("a", "times", "y"), "occurs 2 times"),
    "occurs nowhere": (mutant("a", "z * z", "y"), "does not occur"),
    "occurs in the debug cell only": (mutant("a", "print(", "y"), "does not occur"),
    "nothing to find": (mutant("a", "", "y"), "both"),
    "find without put": (mutant("a", "x * times"), "both"),
    "put without find": (mutant("a", None, "y"), "both"),
    "no file": (mutant("lonely"), "has no patch, and there is no "),
    "puts what it finds": (mutant("a", "x * times", "x * times"), "are equal"),
    "nearly found": (mutant("a", "y = x*times", "y"), "nearest line: y = x * times"),
    "found with other spaces": (mutant("a", "y = x * times ", "y"), "nearest line: y = x * times"),
    "like nothing": (mutant("a", "z" * 9, "y"), "Copy a piece of it that occurs once."),
}


@pytest.mark.parametrize(("text", "said"), REFUSED.values(), ids=REFUSED.keys())
def test_what_breaks_a_rule_is_refused_with_its_place(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(ChallengeError) as caught:
        read_mutants(challenge(tmp_path, text))
    assert said in str(caught.value)
    assert str(tmp_path) in str(caught.value)


# --- naming a mistake ---------------------------------------------------------------------------

MISTAKES = (
    mutant("adds", "x * times", "x + times")
    + mutant("squares", "x * times", "x * x")
    + mutant("nothing_left", "x * times", "x * np.nan")
    + mutant("slow", "y = x * times", "y = x * 1.0 * times")
    + mutant("raises", "return y", "return y[0, 0, 0, 0]")
    + mutant("spoils", "y = x * times", "x *= 3; y = x")
)


def named(made: Challenge, *values: tuple[Any, Any]) -> list[Misconception | None]:
    """What is said of tests that failed on calls twice(x) with these values."""
    tests = load_tests(made)[: len(values)]
    outcomes = [outcome_of(test, Status.FAILED) for test in tests]
    exchanges = {
        test.name: called("twice", x, value=value)
        for test, (x, value) in zip(tests, values, strict=True)
    }
    found: list[Outcome] = Diagnosis(made).name(outcomes, exchanges)
    assert [outcome.name for outcome in found] == [test.name for test in tests]
    return [outcome.misconception for outcome in found]


@pytest.fixture
def mistakes(tmp_path: Path) -> Challenge:
    return challenge(tmp_path, MISTAKES)


X = np.array([1.0, -3.0, 0.5])


def test_an_equal_output_names_its_mutant(mistakes: Challenge) -> None:
    (found,) = named(mistakes, (X, (X + 2) * (1 + 1e-13)))
    assert found == Misconception(name="adds", text="adds in words", match="equals")


def test_the_input_of_a_call_is_not_changed_by_a_mutant(mistakes: Challenge) -> None:
    x = X.copy()
    (found,) = named(mistakes, (x, 3 * X))
    assert found is not None
    assert found.name == "spoils"
    assert np.array_equal(x, X)


@pytest.mark.parametrize(
    "value",
    [
        2 * X,
        2 * X * (1 + 1e-9),
        X + 2.001,
        X[:2] + 2,
        (X + 2).reshape(3, 1),
        None,
        "text",
        np.array([None, 1]),
        np.array(["a", "b", "c"]),
        np.zeros(0),
        {"y": 1},
    ],
    ids=str,
)
def test_right_unknown_or_strange_values_name_nothing(mistakes: Challenge, value: Any) -> None:
    assert named(mistakes, (X, value)) == [None]


def test_mistakes_that_cannot_be_told_apart_are_named_together(mistakes: Challenge) -> None:
    x = np.array([2.0, -1.0])  # where x + 2 is x * x
    (found,) = named(mistakes, (x, np.array([4.0, 1.0])))
    assert found == Misconception(
        name="adds or squares", text="adds in words / squares in words", match="equals"
    )


def test_nan_in_the_same_places_is_equal(mistakes: Challenge) -> None:
    (found,) = named(mistakes, (X, np.full(3, np.nan)))
    assert found is not None
    assert found.name == "nothing_left"
    assert named(mistakes, (X, np.array([np.nan, np.nan, 1.0]))) == [None]


def test_infinities_are_equal_by_their_sign(mistakes: Challenge) -> None:
    x = np.array([np.inf, 1.5])
    (found,) = named(mistakes, (x, np.array([np.inf, 3.5])))
    assert found is not None
    assert found.name == "adds"
    assert named(mistakes, (x, np.array([-np.inf, 3.5]))) == [None]
    assert named(mistakes, (x, np.array([np.nan, 3.5]))) == [None]


def test_numbers_integers_and_truth_values_compare_too(mistakes: Challenge) -> None:
    for x, value in [
        (5.0, 7.0),
        (5, 7),
        (np.array([5]), np.array([7])),
        (np.array([5], np.uint8), np.array([7], np.uint8)),
        (np.array([5], np.float32), np.array([7.00001], np.float32)),
        ([np.float64(5.0)][0], 7.0),
    ]:
        (found,) = named(mistakes, (x, value))
        assert found is not None
        assert found.name == "adds"
    assert named(mistakes, (5.0, True)) == [None]
    assert named(mistakes, (np.array([5]), np.array([True]))) == [None]


def test_each_call_that_shows_the_same_mistake_is_named(mistakes: Challenge) -> None:
    big = np.arange(1.0, 9.0)
    first, second = named(mistakes, (big, big + 2), (X, X + 2))
    assert first == second
    assert first is not None
    first, second = named(mistakes, (big, big * 7), (X, X + 2))
    assert first is None
    assert second is not None


def test_large_calls_are_not_repeated(mistakes: Challenge, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("judge.diagnosis.naming._LARGEST", 2)
    assert named(mistakes, (X, X + 2)) == [None]


def test_when_time_is_up_nothing_more_is_tried(
    mistakes: Challenge, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("judge.diagnosis.naming.DIAGNOSIS_SECONDS", -1.0)
    assert named(mistakes, (X, X + 2)) == [None]


def test_a_challenge_without_good_mutants_names_nothing(tmp_path: Path) -> None:
    made = read_challenge(write_challenge(tmp_path, notebook=NOTEBOOK))
    assert named(made, (X, X + 2)) == [None]


def test_a_mutant_that_cannot_run_is_passed_over(tmp_path: Path) -> None:
    mutants = mutant("broken") + mutant("adds", "x * times", "x + times")
    made = challenge(tmp_path, mutants, broken="raise ValueError")
    (found,) = named(made, (X, X + 2))
    assert found is not None
    assert found.name == "adds"
