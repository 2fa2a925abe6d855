"""Submissions that understand nothing: they return zeros, NaN, an argument or None.

A test that pays one of them points looks at a property which more than right answers have.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from judge.challenge import Challenge, Task
from judge.submission import Submission, submission_from_cells

_DICTS = ("cache", "state", "saved", "context")  # a result of such a name is a dict
_ARGUMENTS = 3  # how many of the arguments are tried as an answer


@dataclass(frozen=True)
class Stub:
    """`returned` completes "a submission that returns"."""

    returned: str
    submission: Submission


@dataclass(frozen=True)
class _Library:
    """How zeros and NaN in the shape of an argument are written."""

    load: str
    zeros: str
    nan: str


_PLAIN = _Library("import math", "0.0", "math.nan")
_LIBRARIES = {
    "torch": _Library("import torch", "torch.zeros_like({})", "torch.full_like({}, torch.nan)"),
    "numpy": _Library("import numpy as np", "np.zeros_like({})", "np.full_like({}, np.nan)"),
}


def stubs(challenge: Challenge) -> tuple[Stub, ...]:
    """The stubs of a challenge; each defines all its functions."""
    allowed = [library for name, library in _LIBRARIES.items() if name in challenge.imports]
    library = allowed[0] if allowed else _PLAIN
    origin = f"stub of {challenge.id}"
    found = []
    for returned, answers in _answers(challenge.tasks, library):
        cells = [("cell 1", library.load)]
        cells += [
            (f"cell {n}", _function(task, answer))
            for n, (task, answer) in enumerate(zip(challenge.tasks, answers, strict=True), start=2)
        ]
        found.append(Stub(returned, submission_from_cells(cells, origin, "notebook")))
    return tuple(found)


def _answers(tasks: tuple[Task, ...], library: _Library) -> Iterator[tuple[str, list[str]]]:
    """What a stub returns, in words, and as an expression for each task."""
    arguments = [_arguments(task) for task in tasks]
    like = [names[0] if names else "0.0" for names in arguments]
    yield "zeros", [library.zeros.format(name) for name in like]
    yield "NaN", [library.nan.format(name) for name in like]
    yield "the number 0", ["0.0" for _ in tasks]
    yield "None", ["None" for _ in tasks]
    for place in range(min(_ARGUMENTS, max(map(len, arguments)))):
        names = [found[place : place + 1] for found in arguments]
        returned = f"the argument {' or '.join(sorted({n for name in names for n in name}))}"
        yield returned, [name[0] if name else "None" for name in names]


def _arguments(task: Task) -> tuple[str, ...]:
    """What the answer may be made of: the arguments of the function, or of the first method."""
    return task.methods[0][1] if task.methods else task.parameters


def _function(task: Task, answer: str) -> str:
    """The task's function, or each method of its class, with one line for a body."""
    if task.methods:
        first = "".join(f"{name}=None, " for name in _arguments(task))
        lines = [f"class {task.name}:", "    def __init__(self, *args, **kwargs): pass"]
        for name, _ in task.methods:
            lines += [f"    def {name}(self, {first}*args, **kwargs): return {answer}"]
        return "\n".join(lines)
    (definition,) = ast.parse(f"def {task.function}: ...").body
    for node in ast.walk(definition):
        if isinstance(node, ast.arg):
            node.annotation = None  # it may name what the stub does not import
    if isinstance(definition, ast.FunctionDef):
        definition.returns = None
    head = ast.unparse(definition).rpartition("\n")[0]
    return f"{head}\n    return {_result(task, answer)}"


def _result(task: Task, answer: str) -> str:
    """All that the task returns: a tuple if it has several names, a dict for a cache."""
    if answer == "None" or not task.returns:
        return answer
    parts = [_saved(task, answer) if name in _DICTS else answer for name in task.returns]
    return parts[0] if len(parts) == 1 else f"({', '.join(parts)})"


def _saved(task: Task, answer: str) -> str:
    """A dict of the arguments and of the other results."""
    entries = {name: answer for name in task.returns if name not in _DICTS}
    entries |= {name: name for name in task.parameters}
    return "{" + ", ".join(f"{name!r}: {value}" for name, value in entries.items()) + "}"
