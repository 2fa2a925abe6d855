from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from judge.challenge import (
    load_tests,
    names_of_tests,
    read_challenge,
    read_notebook,
    reference_submission,
    template_submission,
)
from judge.errors import ChallengeError, UnknownNameError
from judge.testing.marks import HiddenTest
from tests.folders import NOTEBOOK, TESTS, TOML, write_challenge


def said(error: pytest.ExceptionInfo[ChallengeError]) -> str:
    """The message, its form checked: what and where, then the cure."""
    text = str(error.value)
    assert 2 <= len(text.splitlines()) <= 4, text
    return text


# --- challenge.toml ---------------------------------------------------------------------------


def test_the_facts_of_a_challenge(tmp_path: Path) -> None:
    folder = write_challenge(tmp_path)
    challenge = read_challenge(folder)
    assert (challenge.folder, challenge.id, challenge.level) == (folder, "double", "easy")
    assert (challenge.memory_mb, challenge.forbidden, challenge.points) == (1024, (), 3)
    (task,) = challenge.tasks
    assert (task.name, task.parameters, task.returns) == ("twice", ("x", "times"), ("y",))
    assert task.hints == ("add it to itself",)
    assert challenge.task("twice") is task
    with pytest.raises(UnknownNameError, match="Did you mean twice"):
        challenge.task("twise")


def test_every_kind_of_parameter_is_named(tmp_path: Path) -> None:
    signature = "f(a, /, b: int, *rest, c=1, **more) -> list[int]"
    toml = TOML.replace("twice(x, *, times=2)", signature)
    (task,) = read_challenge(write_challenge(tmp_path, toml=toml)).tasks
    assert task.parameters == ("a", "b", "rest", "c", "more")
    assert task.name == "f"


@pytest.mark.parametrize(
    ("old", "new", "text"),
    [
        ("format = 1", "format = 2", "format = 2 is not accepted.\nWrite format = 1."),
        ('"easy"', '"simple"', "level = 'simple' is not accepted.\nWrite one of: easy"),
        ('level = "easy"', "", "the field level is missing.\nWrite one of: easy"),
        ('level = "easy"', 'lvel = "easy"', "there is no field lvel.\nDid you mean level?"),
        ('"1.0"', '"one"', "version = 'one' is not accepted"),
        ('["numpy"]', '["numpy", 3]', "imports[1] = 3 is not accepted"),
        ('["numpy"]', '["num py"]', "imports[0] = 'num py' is not accepted"),
        ("points = 3", "points = 0", "task[0].points = 0 is not accepted.\nWrite a number above"),
        ("points = 3", "points = nan", "task[0].points = nan is not accepted"),
        ("points = 3", "", "the field task[0].points is missing"),
        ("points = 3", "points = 3\nzzz = 1", "there is no field task[0].zzz.\nKnown are id"),
        ('["add it to itself"]', "[]", "task[0].hints = [] is not accepted.\nList at least one"),
        ("twice(x, *, times=2)", "twice(x", "function = 'twice(x' is not a signature"),
        ("twice(x, *, times=2)", "f(): ...\ndef g()", "is not TOML"),
        ("twice(x, *, times=2)", "f(): ...; x = (1)", "is not a signature"),
        ('id = "{id}"', 'id = "other"', "the id is 'other', the folder is called 'double'"),
        ('id = "{id}"', 'id = "Double"', "id = 'Double' is not accepted"),
        ("format = 1", "format = = 1", "is not TOML"),
        ("format = 1", "format = 1\nmemory_mb = 1", "memory_mb = 1 is not accepted"),
    ],
)
def test_mistakes_name_file_field_and_cure(tmp_path: Path, old: str, new: str, text: str) -> None:
    assert old in TOML
    folder = write_challenge(tmp_path, toml=TOML.replace(old, new))
    with pytest.raises(ChallengeError) as error:
        read_challenge(folder)
    assert text in said(error)
    assert str(folder / "challenge.toml") in said(error)


def test_two_tasks_of_one_id(tmp_path: Path) -> None:
    folder = write_challenge(tmp_path, toml=TOML + TOML[TOML.index("[[task]]") :])
    with pytest.raises(ChallengeError, match="two tasks have the id 'twice'"):
        read_challenge(folder)


@pytest.mark.parametrize("data", [None, b"title = '\xff'"])
def test_a_file_that_is_missing_or_no_text(tmp_path: Path, data: bytes | None) -> None:
    folder = write_challenge(tmp_path)
    (folder / "challenge.toml").unlink()
    if data:
        (folder / "challenge.toml").write_bytes(data)
    with pytest.raises(ChallengeError) as error:
        read_challenge(folder)
    assert ("not UTF-8" if data else "does not exist") in said(error)


# --- notebook.py ------------------------------------------------------------------------------


def test_reference_and_template_are_set_up_and_task_cells(tmp_path: Path) -> None:
    challenge = read_challenge(write_challenge(tmp_path))
    reference, template = reference_submission(challenge), template_submission(challenge)
    assert [cell.label for cell in reference.cells] == ["cell 1", "cell 2"]
    assert reference.kind == template.kind == "notebook"
    assert reference.cells[0].source == template.cells[0].source == "import math"
    assert reference.cells[1].source == (
        'def twice(x, *, times=2):\n    """Twice x."""\n    return math.prod((x, times))'
    )
    assert template.cells[1].source == (
        'def twice(x, *, times=2):\n    """Twice x."""\n    # YOUR CODE HERE\n'
        '    raise NotImplementedError("twice is not written yet")'
    )
    assert reference.origin == "reference of double"
    assert template.origin == "template of double"


@pytest.mark.parametrize(
    ("old", "new", "text"),
    [
        ('# %% role="setup"', "# %%", "line 9: the cell has no role"),
        ('role="setup"', 'role="set-up"', "line 9: the cell has role='set-up'"),
        (' task="twice"', "", "line 12: the cell has no task"),
        ('task="twice"', 'task="thrice"', "line 12: the cell has the unknown task 'thrice'"),
        ('role="task" task="twice"', 'role="setup"', "no cell holds the task twice"),
        ("import math", "import", "line 10: not Python"),
    ],
)
def test_mistakes_of_a_notebook(tmp_path: Path, old: str, new: str, text: str) -> None:
    folder = write_challenge(tmp_path, notebook=NOTEBOOK.replace(old, new))
    with pytest.raises(ChallengeError) as error:
        read_notebook(read_challenge(folder))
    assert text in said(error)
    assert str(folder / "notebook.py") in said(error)


# --- hidden_tests.py --------------------------------------------------------------------------


def test_tests_come_in_order_of_definition(tmp_path: Path) -> None:
    tests = load_tests(read_challenge(write_challenge(tmp_path)))
    assert [t.title for t in tests] == ["two becomes four", "a zero stays zero", "infinity is kept"]
    first, second, third = tests
    assert (first.points, first.group, first.visibility, first.limit) == (2, "core", "public", 1)
    assert (first.aspect, first.about) == ("values", "Twice two is four.")
    assert (second.needs, second.visibility, second.limit) == (("two_becomes_four",), "hidden", 2)
    assert (third.group, third.points) == ("strict", 0)
    assert third.about == "Twice infinity\n\nis infinity."


def test_a_marked_function_stays_callable_and_sees_its_oracle(tmp_path: Path) -> None:
    class Right:
        def call(self, _name: str, x: int) -> int:
            return 2 * x

    first, *_ = load_tests(read_challenge(write_challenge(tmp_path)))
    first(Right())  # type: ignore[arg-type]  # all of a Student that this test asks for
    wrong = type("Wrong", (), {"call": lambda *_: 5})()
    with pytest.raises(AssertionError):
        first(wrong)


def test_loading_again_reads_again_and_folders_stay_apart(tmp_path: Path) -> None:
    one = read_challenge(write_challenge(tmp_path / "a"))
    two = read_challenge(write_challenge(tmp_path / "b", oracle="doubled = None  # another\n"))
    first = load_tests(one)[0]
    assert load_tests(two)[0].run.__globals__["doubled"] is None
    assert first.run.__globals__["doubled"](2) == 4
    (one.folder / "oracle.py").write_text("doubled = 'changed, and of another length'\n")
    assert load_tests(one)[0].run.__globals__["doubled"] == "changed, and of another length"
    assert "hidden_tests" not in sys.modules
    assert "oracle" not in sys.modules


def test_counting_needs_no_import(tmp_path: Path) -> None:
    tests = TESTS + "\nimport no_such_module\n\n\ndef no_test_at_all():\n    pass\n"
    challenge = read_challenge(write_challenge(tmp_path, tests=tests))
    assert len(names_of_tests(challenge)) == 3


def test_tests_may_lie_in_modules_beside(tmp_path: Path) -> None:
    folder = write_challenge(tmp_path, tests="from ._more import *\nfrom ._more import helper\n")
    (folder / "_more.py").write_text(TESTS + "\n\ndef helper():\n    pass\n")
    challenge = read_challenge(folder)
    assert len(names_of_tests(challenge)) == len(load_tests(challenge)) == 3
    named = "from ._more import hidden_test, two_becomes_four\n"
    (folder / "hidden_tests.py").write_text(named)
    assert len(names_of_tests(challenge)) == 1


@pytest.mark.parametrize(
    ("old", "new", "text"),
    [
        ('task="twice", points=2', 'task="once", points=2', "there is no task 'once'"),
        ("points=1", "points=2", "carry 4 points, challenge.toml gives it 3"),
        ('group="strict"', 'group="strict", points=1', "it is strict and has points=1"),
        ('group="strict"', 'group="extra"', "group='extra'"),
        ('visibility="public"', 'visibility="shown"', "visibility='shown'"),
        ("limit=1", "limit=11", "limit=11"),
        ("limit=1", "limit=float('nan')", "limit=nan"),
        ("points=1", "points=-1", "points=-1"),
        ("points=1", "points=float('nan')", "points=nan"),
        ('["two_becomes_four"]', '["two_become_four"]', "Did you mean two_becomes_four?"),
        ('["two_becomes_four"]', '"a_zero_stays_zero"', "a circle of needs"),
        ('    """Twice two is four."""\n', "", "it has no docstring"),
        ("a_zero_stays_zero", "zero", "its name is not a sentence"),
        ("a_zero_stays_zero", "test_of_zero", "its name is not a sentence"),
        ("a_zero_stays_zero", "Zero_stays", "its name is not a sentence"),
        ("import doubled", "import doubbled", "ImportError"),
        ("from .oracle", "from .orakel", "there is no orakel.py beside it"),
        ("from .oracle", "from . import orakel\nfrom .oracle", "there is no orakel.py beside it"),
        ("import hidden_test", "import hidden_test\n1 / 0", "hidden_tests.py, line 3."),
        ("import hidden_test", "import hidden_test\nraise SystemExit(0)", "SystemExit: 0"),
        ("def two_", "def def two_", "hidden_tests.py, line 8."),
    ],
)
def test_mistakes_of_hidden_tests(tmp_path: Path, old: str, new: str, text: str) -> None:
    assert old in TESTS
    folder = write_challenge(tmp_path, tests=TESTS.replace(old, new))
    with pytest.raises(ChallengeError) as error:
        load_tests(read_challenge(folder))
    assert text in said(error)
    assert str(folder / "hidden_tests.py") in said(error)


def test_a_module_that_is_missing_is_named_by_who_counts(tmp_path: Path) -> None:
    folder = write_challenge(tmp_path)
    (folder / "oracle.py").unlink()
    with pytest.raises(ChallengeError) as error:
        names_of_tests(read_challenge(folder))
    assert f"{folder / 'hidden_tests.py'}, line 4: there is no oracle.py beside it." in said(error)


def test_an_error_in_the_oracle_is_placed_there(tmp_path: Path) -> None:
    folder = write_challenge(tmp_path, oracle="\n\n1 / 0\n")
    with pytest.raises(ChallengeError, match=re.escape(f"{folder / 'oracle.py'}, line 3.")):
        load_tests(read_challenge(folder))


def test_a_circle_is_told_as_a_circle(tmp_path: Path) -> None:
    tests = TESTS.replace("limit=1", 'needs=["a_zero_stays_zero"]').replace(
        'group="strict"', 'group="strict", needs=["two_becomes_four"]'
    )
    folder = write_challenge(tmp_path, tests=tests)
    circle = "two_becomes_four, which needs a_zero_stays_zero, which needs two_becomes_four"
    with pytest.raises(ChallengeError, match=circle):
        load_tests(read_challenge(folder))


def test_no_hidden_tests_at_all(tmp_path: Path) -> None:
    folder = write_challenge(tmp_path)
    (folder / "hidden_tests.py").unlink()
    with pytest.raises(ChallengeError, match="does not exist"):
        load_tests(read_challenge(folder))


def test_one_test_under_two_names_counts_once(tmp_path: Path) -> None:
    tests = TESTS + "\nanother_name = two_becomes_four\n"
    found = load_tests(read_challenge(write_challenge(tmp_path, tests=tests)))
    assert len(found) == 3
    assert all(isinstance(test, HiddenTest) for test in found)
