"""Small challenge folders for tests, written where a test wants them."""

from __future__ import annotations

from pathlib import Path

TOML = """
format = 1
id = "{id}"
title = "Double it"
track = "fundamentals"
level = "easy"
version = "1.0"
profile = "numpy"
imports = ["numpy"]

[[task]]
id = "twice"
function = "twice(x, *, times=2)"
returns = ["y"]
points = 3
hints = ["add it to itself"]
"""

NOTEBOOK = '''# %% [markdown] role="statement"
# # Double it
#
# Return `x` twice,
# as a *new* value.
#
# More of it.

# %% role="setup"
import math

# %% role="task" task="twice"
def twice(x, *, times=2):
    """Twice x."""
    ### BEGIN SOLUTION
    return math.prod((x, times))
    ### END SOLUTION


# %% role="debug"
print(twice(2))
'''

TESTS = '''
from judge.testing.marks import hidden_test

from .oracle import doubled


@hidden_test(task="twice", points=2, aspect="values", visibility="public", limit=1)
def two_becomes_four(student):
    """Twice two is four."""
    assert student.call("twice", 2) == doubled(2)


@hidden_test(task="twice", points=1, visibility="hidden", needs=["two_becomes_four"])
def a_zero_stays_zero(student):
    """Twice nothing is nothing."""


@hidden_test(task="twice", group="strict")
def infinity_is_kept(student):
    """Twice infinity

    is infinity.
    """
'''

ORACLE = """
def doubled(x):
    return x + x
"""


def write_challenge(root: Path, id: str = "double", **files: str) -> Path:
    """A challenge folder in `root`; `files` replaces its files: toml, notebook, tests, oracle."""
    folder = root / id
    folder.mkdir(parents=True)
    texts = {"toml": TOML, "notebook": NOTEBOOK, "tests": TESTS, "oracle": ORACLE} | files
    names = {
        "toml": "challenge.toml",
        "notebook": "notebook.py",
        "tests": "hidden_tests.py",
        "oracle": "oracle.py",
    }
    for key, text in texts.items():
        (folder / names[key]).write_text(text.replace("{id}", id), encoding="utf-8")
    return folder


def write_mutants(folder: Path, patches: dict[str, tuple[str, str]]) -> None:
    """Known mistakes by name: what is found in the solution, and what is put in its place."""
    text = "".join(
        f'[[mutant]]\nname = "{name}"\nmisconception = "{name} in words"\n'
        f'find = "{find}"\nput = "{put}"\nkilled_by = ["two_becomes_four"]\n'
        for name, (find, put) in patches.items()
    )
    (folder / "mutants.toml").write_text(text, encoding="utf-8")
