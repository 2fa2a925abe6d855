"""What a test depends on: a change of it changes its digest, and no other test's."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from judge.catalogue import bundled
from judge.challenge import names_of_tests, read_challenge
from judge.classroom.fingerprint import Fingerprints

TESTS = '''
import numpy as np
from judge.testing import hidden_test
from . import oracle
from ._cases import SIZE, draw

LIMIT = 1e-6

def doubled(x):
    return 2 * x

@hidden_test(task="softmax", points=5)
def first_is_right(student):
    """The first."""
    assert oracle.value(draw(SIZE)) < LIMIT

@hidden_test(task="softmax", points=5)
def second_is_right(student):
    """The second."""
    doubled(draw(1)); student.reference
'''
CASES = """
SIZE = 4

def draw(n):
    return half(n)

def half(n):
    return n / 2

def unused(n):
    return n
"""
ORACLE = "def value(x):\n    return x\n\ndef other(x):\n    return x\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "softmax_numpy"
    shutil.copytree(bundled() / "softmax_numpy", folder)
    (folder / "hidden_tests.py").write_text(TESTS)
    (folder / "_cases.py").write_text(CASES)
    (folder / "oracle.py").write_text(ORACLE)
    return folder


def digests(folder: Path) -> tuple[str, str]:
    names = names_of_tests(read_challenge(folder))
    found = Fingerprints(folder).of(names)
    return found["first_is_right"], found["second_is_right"]


@pytest.mark.parametrize(
    ("file", "old", "new", "changes"),
    [
        ("hidden_tests.py", "The first.", "The very first.", (True, False)),
        ("hidden_tests.py", "points=5)\ndef second", "points=4)\ndef second", (False, True)),
        ("hidden_tests.py", "2 * x", "3 * x", (False, True)),
        ("hidden_tests.py", "1e-6", "1e-5", (True, False)),
        ("hidden_tests.py", "LIMIT = 1e-6", "LIMIT = 1e-6  # as it was", (False, False)),
        ("hidden_tests.py", "SIZE, draw", "SIZE, draw, unused", (False, False)),
        ("_cases.py", "SIZE = 4", "SIZE = 5", (True, False)),
        ("_cases.py", "n / 2", "n / 3", (True, True)),
        ("_cases.py", "return n\n", "return -n\n", (False, False)),
        ("oracle.py", "value(x):\n    return x", "value(x):\n    return -x", (True, False)),
        ("oracle.py", "other(x):\n    return x", "other(x):\n    return -x", (False, False)),
        ("_cases.py", "SIZE = 4", "SIZE = 4\nprint(SIZE)", (True, False)),
        ("_cases.py", "def draw", "def draw(n): ...\n\ndef draw", (True, True)),
        ("hidden_tests.py", "LIMIT = 1e-6", "if True:\n    from ._cases import half", (True, True)),
        ("challenge.toml", "memory_mb = ", "memory_mb = 1", (True, True)),
        ("notebook.py", "x.max", "np.max", (False, True)),
    ],
)
def test_a_change_reaches_the_tests_that_use_it(
    folder: Path, file: str, old: str, new: str, changes: tuple[bool, bool]
) -> None:
    before = digests(folder)
    text = (folder / file).read_text()
    if file == "challenge.toml" and "memory_mb" not in text:
        text = text.replace('profile = "numpy"', 'profile = "numpy"\nmemory_mb = 256')
        (folder / file).write_text(text)
        before = digests(folder)
    assert old in text
    (folder / file).write_text(text.replace(old, new, 1))
    after = digests(folder)
    assert tuple(a != b for a, b in zip(before, after, strict=True)) == changes


def test_every_test_of_the_flagship_has_a_digest_of_its_own() -> None:
    challenge = read_challenge(bundled() / "flash_attention")
    found = Fingerprints(challenge.folder).of(names_of_tests(challenge))
    assert len(set(found.values())) == len(found) == 50
