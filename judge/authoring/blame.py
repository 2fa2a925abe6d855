"""Whose fault it is that the reference does not pass: the solution's, or the test's own."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from judge.authoring.bench import told
from judge.results import CostTooHigh, LimitHit, Outcome, Status

_LOOK = "Check type and shape first, with expect_type or expect_shape."
_CURES = {
    "AssertionError": "Write expect(..., expected=..., got=...) in place of the assert.",
    "WireError": (
        "Numbers, text, lists, tuples, dicts, arrays, tensors and functions travel. Make anything "
        'else in support.py: student.make("support.Name").'
    ),
}
_PLACE = re.compile(r'File "([^"\n]+)", line (\d+)')


@dataclass(frozen=True)
class Blame:
    """The file, what is wrong with it, and the cure."""

    file: str
    what: str
    cure: str


def blame(folder: Path, outcome: Outcome, when: str, again: str) -> Blame:
    """For a test of `folder` that the reference does not pass; the command `again` repeats it."""
    name = outcome.name
    if outcome.status is Status.BROKEN:
        cure = f"{cure_of(outcome, 'Mend the test.')} To see it again:\n    {again}"
        return Blame("hidden_tests.py", broken(folder, outcome, when), cure)
    if outcome.status is Status.NOT_ATTEMPTED:
        return Blame(
            "hidden_tests.py",
            f"hidden test {name} calls what is not there: {told(outcome)}",
            'Call the function of a task, or what support.py defines, as "support.name".',
        )
    return Blame(
        "notebook.py",
        f"the reference does not pass {name} {when}: {outcome.status.value}, {told(outcome)}",
        f"Mend the solution or the test. To see it again:\n    {again}",
    )


def differs(one: Outcome, other: Outcome) -> bool:
    """Whether two runs on the same inputs say different things; time and memory always do."""
    if one.status is not other.status:
        return True
    cost = isinstance(one.evidence, CostTooHigh | LimitHit)
    return not cost and told(one) != told(other)


def broken(folder: Path, outcome: Outcome, when: str) -> str:
    """What happened to a test that raises what is no verdict, and in which line."""
    places = [
        f" ({Path(file).name}, line {line})"
        for file, line in _PLACE.findall(outcome.reason or "")
        if folder.resolve() in Path(file).parents
    ]
    place = places[-1] if places else ""
    return f"hidden test {outcome.name}{place} breaks {when}: {told(outcome)}"


def cure_of(outcome: Outcome, usual: str = _LOOK) -> str:
    """What to do about a test that raises what is no verdict."""
    if "Tensor cannot travel" in told(outcome):
        return 'Write profile = "torch" in challenge.toml.'
    kind = told(outcome).partition(":")[0].rpartition(".")[2]
    return _CURES.get(kind, usual)
