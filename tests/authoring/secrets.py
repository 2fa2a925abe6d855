"""A challenge with public and hidden tests, and all that must not travel with a release."""

from __future__ import annotations

import ast
from pathlib import Path

from judge.challenge import load_tests, reference_submission, template_submission
from judge.manifest import Challenge, read_challenge
from judge.mutants import read_mutants

TOML = """# a comment that speaks of umbrella_secret
format = 1
id = "scale"
title = "Scale \\"it\\""
track = "fundamentals"
level = "easy"
version = "1.0"
profile = "numpy"
imports = ["numpy"]

[[task]]
id = "grow"
function = "grow(x, factor=2)"
returns = ["y"]
points = 10
hints = ["one multiplication", "mind\\nthe default"]

[[task]]
id = "shrink"
function = "shrink(x)"
points = 5
hints = ["the other way round"]
"""

NOTEBOOK = '''# speaks of umbrella_secret before the first cell
# %% [markdown] role="statement"
# Scale an array.
#
# `grow` makes it larger.

# %% role="setup"
import numpy as np

# %% role="task" task="grow"
def grow(x, factor=2):
    """x times factor."""
    ### BEGIN SOLUTION
    umbrella_product = np.multiply(x, factor)
    return umbrella_product
    ### END SOLUTION


# %% role="task" task="shrink"
def shrink(x):
    """Half of x."""
    # Think of the inverse.
    ### BEGIN SOLUTION
    return np.true_divide(x, 2)
    ### END SOLUTION

# %% role="debug"
print(grow(np.ones(2)))
### BEGIN HIDDEN TESTS
assert grow(3) == 6, "umbrella_assertion"
### END HIDDEN TESTS
'''

TESTS = '''"""All tests; umbrella_secret is in this text."""

from __future__ import annotations

import math
import string

import numpy as np

from judge.testing import Student, expect, expect_close, hidden_test

from . import _more, oracle
from ._cases import *
from ._more import CHANGED

# umbrella_secret: a comment
HIDDEN_SIZES = [3, 5]
SIZES: list[int] = []
SIZES.append(4)
SIZES[0] = 6
FIRST = "a_constant_factor_scales"


def drawn(student: Student, size: int):
    """Numbers; speaks of umbrella_secret."""
    # umbrella_secret again
    return student.rng.normal(CENTRE, 1.0, size)


def umbrella_helper(student):
    return oracle.umbrella_grown(student.rng.normal(size=2), 2)


@hidden_test(task="grow", points=4, visibility="public", needs=["umbrella_values_are_right"])
def a_constant_factor_scales(student: Student) -> None:
    """grow(2 x) is 2 grow(x)."""
    for size in SIZES:
        x = drawn(student, size)
        once = student.call("grow", x)
        expect_close(student.call("grow", 2 * x), 2 * once, name="y", tolerance=1e-9)
        expect(math.isfinite(float(once.sum())), expected="numbers", got="none")


@hidden_test(task="grow", points=3, visibility="hidden")
def umbrella_values_are_right(student: Student) -> None:
    """The umbrella_docstring of a hidden test."""
    x = drawn(student, HIDDEN_SIZES[0])
    expect_close(student.call("grow", x), oracle.umbrella_grown(x, 2), name="y")


@hidden_test(task="grow", points=2, needs=[FIRST])
def growing_then_shrinking_changes_nothing(student: Student) -> None:
    """shrink(grow(x)) is x."""
    x = drawn(student, CHANGED)
    expect_close(student.call("shrink", student.call("grow", x)), x, name="x", tolerance=1e-9)


@hidden_test(task="grow", points=1)
def memory_is_that_of_the_reference(student: Student) -> None:
    """No more memory than needed."""
    lean = student.reference.measure("grow", np.ones(9))
    expect(lean.traced_bytes >= 0, expected="a figure", got="none")


@hidden_test(task="shrink", points=5, visibility="hidden")
def umbrella_halves_are_right(student: Student) -> None:
    """Halved."""
    x = drawn(student, 3)
    expect_close(student.call("shrink", x), x / 2, name="y")
    expect(_more.umbrella_unused() is None, expected="nothing", got="something")
'''

CASES = '''"""Cases, with umbrella_secret."""

CENTRE, _UMBRELLA = 1.5, 2
umbrella_case = 7
'''
MORE = """from .oracle import umbrella_grown

CHANGED = 5


def umbrella_unused():
    return None if umbrella_grown(1, 2) else 1
"""
ORACLE = """def umbrella_grown(x, factor):
    return sum(x for _ in range(factor))
"""
MUTANTS = """
[[mutant]]
name = "umbrella_adds"
misconception = "the umbrella factor is added"
find = "np.multiply(x, factor)"
put = "np.add(x, factor)"
killed_by = ["a_constant_factor_scales"]

[[mutant]]
name = "umbrella_file"
misconception = "everything umbrella is zero"
killed_by = ["umbrella_values_are_right"]
"""
FILES = {
    "challenge.toml": TOML,
    "notebook.py": NOTEBOOK,
    "hidden_tests.py": TESTS,
    "_cases.py": CASES,
    "_more.py": MORE,
    "oracle.py": ORACLE,
    "mutants.toml": MUTANTS,
    "mutants/umbrella_file.py": "def grow(x, factor=2):\n    return 0 * x  # umbrella\n",
}
TRACKS = """# umbrella_secret
[[track]]
id = "other"
title = "umbrella_track"
about = "Of other challenges."

[[track]]
id = "fundamentals"
title = "Fundamentals"
about = "Pieces."
"""


def made(root: Path, **changed: str) -> Challenge:
    """The challenge, below `root`; `changed` replaces files by their names without a suffix."""
    folder = root / "challenges" / "scale"
    for name, text in FILES.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(changed.get(file.stem, text), encoding="utf-8")
    (root / "challenges" / "tracks.toml").write_text(TRACKS, encoding="utf-8")
    return read_challenge(folder)


def secrets_of(challenge: Challenge) -> set[str]:
    """Names and lines that must not be found in a release."""
    found = {"umbrella"}
    found |= {test.name for test in load_tests(challenge) if test.visibility == "hidden"}
    for mutant in read_mutants(challenge):
        found |= {mutant.name, mutant.misconception}
        found |= {mutant.patch.put} if mutant.patch else set()
    oracle = ast.parse((challenge.folder / "oracle.py").read_text(encoding="utf-8"))
    found |= {node.name for node in oracle.body if isinstance(node, ast.FunctionDef)}
    return found | solution_lines(challenge)


def solution_lines(challenge: Challenge) -> set[str]:
    """Lines of the solution that are not in the template."""
    lines = [
        {line.strip() for cell in submission.cells for line in cell.source.splitlines()}
        for submission in (reference_submission(challenge), template_submission(challenge))
    ]
    return {line for line in lines[0] - lines[1] if len(line) > 3}
