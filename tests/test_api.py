"""The names that others build on: a change here is a change of the interface."""

from __future__ import annotations

import importlib
import inspect

import pytest

import judge
import judge.testing

TESTING = [
    "Failed",
    "HiddenTest",
    "Measured",
    "Recorded",
    "Remote",
    "Student",
    "central_differences",
    "expect",
    "expect_at_most",
    "expect_close",
    "expect_dtype",
    "expect_finite",
    "expect_gradient",
    "expect_growth",
    "expect_mean",
    "expect_memory",
    "expect_no_larger_tensor",
    "expect_normal",
    "expect_raises",
    "expect_rate",
    "expect_same",
    "expect_shape",
    "expect_type",
    "hidden_test",
    "poison",
]
STUDENT = {
    "call": ["name", "args", "take", "kwargs"],
    "call_many": ["name", "calls", "take", "kwargs"],
    "keep": ["name", "args", "kwargs"],
    "put": ["value", "layout"],
    "measure": ["name", "args", "take", "trace", "kwargs"],
    "vjp": ["name", "args", "cotangent", "wrt", "take", "kwargs"],
    "make": ["name", "args", "kwargs"],
    "aside": [],
    "seed": ["number"],
    "random_state": [],
}
REMOTE = {
    "get": ["take"],
    "part": ["take"],
    "call": ["method", "args", "take", "kwargs"],
    "keep": ["method", "args", "kwargs"],
    "vjp": ["method", "args", "cotangent", "wrt", "take", "kwargs"],
    "set": ["path", "value"],
    "state": [],
}


def test_the_names_of_judge() -> None:
    assert judge.__all__ == ["__version__", "check", "grade", "hint", "reset_progress", "status"]
    assert all(hasattr(judge, name) for name in judge.__all__)


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="'judge' has no attribute 'chekc'"):
        judge.chekc  # noqa: B018  the access is the test


@pytest.mark.parametrize("name", ["check", "grade", "hint", "status", "reset_progress"])
def test_what_students_call_says_what_it_does(name: str) -> None:
    assert inspect.getdoc(getattr(judge, name))


def test_the_names_of_judge_testing() -> None:
    assert judge.testing.__all__ == TESTING
    assert all(hasattr(judge.testing, name) for name in TESTING)


@pytest.mark.parametrize("name", TESTING)
def test_names_of_judge_testing_are_documented(name: str) -> None:
    assert inspect.getdoc(getattr(judge.testing, name))


def test_no_public_name_starts_like_a_test() -> None:
    # pytest collects such names from every test file that imports them.
    names = [*TESTING, *judge.__all__]
    assert not [name for name in names if name.lower().startswith("test")]


def test_what_a_student_object_can_do() -> None:
    for name, expected in STUDENT.items():
        found = inspect.signature(getattr(judge.testing.Student, name)).parameters
        assert [parameter for parameter in found if parameter != "self"] == expected
    assert isinstance(inspect.getattr_static(judge.testing.Student, "reference"), property)


def test_what_a_remote_can_do() -> None:
    for name, expected in REMOTE.items():
        found = inspect.signature(getattr(judge.testing.Remote, name)).parameters
        assert [parameter for parameter in found if parameter != "self"] == expected


def test_what_a_mark_takes() -> None:
    found = inspect.signature(judge.testing.hidden_test).parameters
    assert list(found) == [
        "task",
        "points",
        "aspect",
        "group",
        "visibility",
        "needs",
        "limit",
    ]
    assert all(parameter.kind is parameter.KEYWORD_ONLY for parameter in found.values())


def test_every_module_says_what_it_is_for() -> None:
    for name in ("calls", "grading", "kit", "preparing", "reference", "schedule", "student"):
        assert importlib.import_module(f"judge.{name}").__doc__
