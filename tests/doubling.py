"""A tiny challenge with two tasks, and submissions of it."""

from __future__ import annotations

import textwrap
from pathlib import Path

from judge.manifest import Challenge, read_challenge
from judge.results import (
    Outcome,
    Report,
)
from judge.submission import Submission, submission_from_cells
from tests.folders import write_challenge

TOML = """
format = 1
id = "{id}"
title = "Double and halve"
track = "fundamentals"
level = "easy"
version = "1.2"
profile = "numpy"
imports = ["numpy"]
memory_mb = 256

[[task]]
id = "twice"
function = "twice(x)"
points = 6
hints = ["add it to itself"]

[[task]]
id = "half"
function = "half(x)"
points = 2
hints = ["the other way round"]
"""

NOTEBOOK = '''# %% [markdown] role="statement"
# Double it, halve it.

# %% role="setup"
import numpy as np

# %% role="task" task="twice"
def twice(x):
    """Twice x."""
    ### BEGIN SOLUTION
    return x + x
    ### END SOLUTION

# %% role="task" task="half"
def half(x):
    """Half of x."""
    ### BEGIN SOLUTION
    return x / 2
    ### END SOLUTION
'''

TESTS = '''
import numpy as np

from judge.testing import (
    Failed, expect, expect_at_most, expect_close, expect_memory, expect_same, hidden_test,
)

SEEN = []


@hidden_test(task="twice", points=3, limit=0.3)
def values_are_doubled(student):
    """Each number comes back twice as large."""
    x = student.rng.standard_normal(4)
    SEEN.append(x.tolist())
    expect_close(student.call("twice", x), 2 * x, name="y")


@hidden_test(task="twice", points=2, needs=["values_are_doubled"], limit=0.3)
def the_input_stays_unchanged(student):
    """x is as it was."""
    x = student.rng.standard_normal(4)
    kept = student.put(x)
    student.call("twice", kept)
    expect_same(kept.get(), x, name="x")


@hidden_test(task="twice", points=1, visibility="hidden", limit=0.3)
def nothing_becomes_nothing(student):
    """Twice an empty array is empty."""
    expect_close(student.call("twice", np.zeros(0)), np.zeros(0), name="y")


@hidden_test(task="twice", group="strict", needs=["values_are_doubled"], limit=0.3)
def integers_stay_integers(student):
    """The dtype is kept."""
    got = student.call("twice", np.arange(3))
    expect(got.dtype.kind == "i", expected="integers", got=str(got.dtype))


@hidden_test(task="half", points=2, limit=0.3)
def values_are_halved(student):
    """Each number comes back half as large."""
    x = student.rng.standard_normal(4)
    expect_close(student.call("half", x), x / 2, name="y")
'''

MUTANTS = """
[[mutant]]
name = "squares"
misconception = "the number is multiplied by itself"
find = "return x + x"
put = "return x * x"
killed_by = ["values_are_doubled"]
"""

RIGHT_HALF = "def half(x): return x * 0.5"
RIGHT_TWICE = "def twice(x): return x * 2"


def made(root: Path, tests: str = TESTS, toml: str = TOML) -> Challenge:
    folder = write_challenge(root, toml=toml, notebook=NOTEBOOK, tests=tests)
    (folder / "mutants.toml").write_text(MUTANTS, encoding="utf-8")
    return read_challenge(folder)


def script(*parts: str) -> Submission:
    source = "\n".join(["import numpy as np", *(textwrap.dedent(part) for part in parts)])
    return submission_from_cells([("", source)], "answer.py", "script")


def by_name(report: Report) -> dict[str, Outcome]:
    return {outcome.name: outcome for outcome in report.tests}


def statuses(report: Report) -> dict[str, str]:
    return {outcome.name: str(outcome.status) for outcome in report.tests}
