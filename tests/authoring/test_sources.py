from __future__ import annotations

from pathlib import Path

import pytest

from judge.authoring.sources import source_problems
from tests.authoring.drafts import Edit, draft

TESTS, ORACLE = "hidden_tests.py", "oracle.py"


def problems(tmp_path: Path, *edits: Edit) -> list[str]:
    return list(source_problems(draft(tmp_path, *edits)))


def test_a_good_challenge_has_none(tmp_path: Path) -> None:
    assert problems(tmp_path) == []


@pytest.mark.parametrize(
    "line",
    ["from .notebook import centre_rows", "from . import notebook", "from .notebook import *"],
)
def test_an_oracle_that_uses_the_solution(tmp_path: Path, line: str) -> None:
    (text,) = problems(tmp_path, (ORACLE, "import math", f"import math\n{line}"))
    assert "oracle.py, line 6: tests and their oracle import notebook.py" in text


@pytest.mark.parametrize(
    "call",
    [
        *("np.random.default_rng()", "np.random.normal(size=3)", "numpy.random.rand(3)"),
        *("np.random.seed(3)", "random.random()", "random.Random()", "random.shuffle([1, 2])"),
        *("torch.randn(3, 4)", "torch.rand_like(x)", "torch.randperm(4)"),
    ],
)
def test_numbers_that_follow_no_seed(tmp_path: Path, call: str) -> None:
    (text,) = problems(tmp_path, (ORACLE, "", f"\n\ndef drawn(x):\n    return {call}\n"))
    assert f"oracle.py, line 22: {call.partition('(')[0]} draws numbers" in text
    assert text.endswith("Draw them from student.rng.")


@pytest.mark.parametrize(
    "call",
    [
        *("np.random.default_rng(3)", "np.random.Generator(x)", "random.Random(3)"),
        *("torch.randn(3, generator=x)", "torch.zeros(3)", "x.rng.normal(size=3)"),
    ],
)
def test_numbers_that_do(tmp_path: Path, call: str) -> None:
    assert problems(tmp_path, (ORACLE, "", f"\n\ndef drawn(x):\n    return {call}\n")) == []


def test_a_test_whose_mark_was_forgotten(tmp_path: Path) -> None:
    forgotten = '\n\ndef zeros_stay(student: Student) -> None:\n    """Zeros."""\n'
    (text,) = problems(tmp_path, (TESTS, "", forgotten))
    assert "hidden_tests.py, line 42: zeros_stay takes a student, but has no mark" in text


def test_a_part_of_a_test_needs_no_mark(tmp_path: Path) -> None:
    part = "\n\ndef drawn(student: Student) -> object:\n    return student.rng\n"
    called = (TESTS, "kept = student.put(x)", "drawn(student)\n    kept = student.put(x)")
    assert problems(tmp_path, (TESTS, "", part), called) == []


@pytest.mark.parametrize(
    ("listed", "written", "said"),
    [
        (
            "centre_rows(y)",
            "centre_rows(x)",
            "lists centre_rows(y), notebook.py has centre_rows(x)",
        ),
        ("centre_rows(x, n=2)", "centre_rows(x, n=3)", "has centre_rows(x, n=3)"),
        ("centre_rows(x, n=2)", "centre_rows(x: int, n: int = 2) -> int", ""),
        ("centre_rows(x, *, n=2)", "centre_rows(x, n=2)", "has centre_rows(x, n=2)"),
    ],
)
def test_signatures_say_the_same(tmp_path: Path, listed: str, written: str, said: str) -> None:
    edits = [
        ("challenge.toml", "centre_rows(x)", listed),
        ("notebook.py", "def centre_rows(x):", f"def {written}:"),
    ]
    texts = problems(tmp_path, *edits)
    assert (said in texts[0]) if said else texts == []


def test_the_signature_of_a_class_is_its_constructors(tmp_path: Path) -> None:
    head = "class Rows:\n    def __init__(self, n=2): pass\n\ndef centre_rows(x):"
    edits = [
        ("challenge.toml", "centre_rows(x)", "Rows(n=1)"),
        ("notebook.py", "def centre_rows(x):", head),
    ]
    (text,) = problems(tmp_path, *edits)
    assert "lists Rows(n=1), notebook.py has Rows(n=2)." in text


@pytest.mark.parametrize(
    ("listed", "said"),
    [
        ("step(x, n=1)", ""),
        ("step(y, n=1)", "lists step(y, n), notebook.py has step(x, n)."),
        ("stop()", "lists stop(), notebook.py has no such method."),
    ],
)
def test_methods_say_the_same(tmp_path: Path, listed: str, said: str) -> None:
    head = "class Rows:\n    def step(self, x: int, n=1): pass\n\ndef centre_rows(x):"
    edits = [
        ("challenge.toml", '"centre_rows(x)"', f'"Rows()"\nmethods = ["{listed}"]'),
        ("notebook.py", "def centre_rows(x):", head),
    ]
    texts = problems(tmp_path, *edits)
    assert (said in texts[0]) if said else texts == []
