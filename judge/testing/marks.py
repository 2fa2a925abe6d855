"""The mark of a hidden test: what a challenge's author says about a function that decides.

@hidden_test(task="forward", points=2, aspect="memory", needs=["values_are_right"])
def scratch_memory_does_not_grow_with_n_squared(student: Student) -> None:
    \"""What the student reads.\"""
"""

from __future__ import annotations

import inspect
import math
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from judge.errors import ChallengeError

if TYPE_CHECKING:
    from judge.student import Student

Group = Literal["core", "strict"]
Visibility = Literal["public", "hidden"]

MAX_SECONDS = 10.0

_SENTENCE = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)+")


@dataclass(frozen=True)
class HiddenTest:
    """One hidden test. Calling it runs it: it returns None or raises.

    `title` is the name as words, `about` the docstring, `limit` the seconds it may take, `aspect`
    what it covers ("shapes", "memory"). Core tests carry a task's points, strict ones none.
    """

    task: str
    name: str
    title: str
    about: str
    points: float
    group: Group
    visibility: Visibility
    needs: tuple[str, ...]
    aspect: str
    limit: float
    run: Callable[[Student], None]

    def __call__(self, student: Student) -> None:
        self.run(student)


def hidden_test(
    *,
    task: str,
    points: float = 0.0,
    aspect: str = "",
    group: Group = "core",
    visibility: Visibility = "public",
    needs: Sequence[str] = (),
    limit: float = 2.0,
) -> Callable[[Callable[[Student], None]], HiddenTest]:
    """Mark a function as a hidden test. Raises ChallengeError for a mark that breaks a rule."""

    def mark(run: Callable[[Student], None]) -> HiddenTest:
        found = HiddenTest(
            task=task,
            name=run.__name__,
            title=run.__name__.replace("_", " "),
            about=inspect.cleandoc(run.__doc__ or ""),
            points=float(points),
            group=group,
            visibility=visibility,
            needs=(needs,) if isinstance(needs, str) else tuple(needs),
            aspect=aspect,
            limit=float(limit),
            run=run,
        )
        _check(found)
        return found

    return mark


def _check(test: HiddenTest) -> None:
    for kept, broken, cure in _rules(test):
        if not kept:
            code = inspect.unwrap(test.run).__code__
            raise ChallengeError(
                f"{code.co_filename}, line {code.co_firstlineno}: "
                f"hidden test {test.name}: {broken}.\n{cure}"
            )


def _rules(test: HiddenTest) -> Iterator[tuple[bool, str, str]]:
    """What can be seen from one test alone: kept or not, what is wrong, the cure.

    Comparisons are written so that NaN breaks the rule.
    """
    sentence = _SENTENCE.fullmatch(test.name) is not None and not test.name.startswith("test_")
    yield (
        sentence,
        "its name is not a sentence",
        "Write lower-case words with underscores: rows_sum_to_one.",
    )
    yield (
        test.about != "",
        "it has no docstring",
        "Say in it what the student should read when the test does not pass.",
    )
    yield (
        test.group in ("core", "strict"),
        f"group={test.group!r}",
        'Write group="core" or group="strict".',
    )
    yield (
        test.visibility in ("public", "hidden"),
        f"visibility={test.visibility!r}",
        'Write visibility="public" or visibility="hidden".',
    )
    seconds = f"Give the seconds it may take: above 0, at most {MAX_SECONDS:g}."
    yield 0 < test.limit <= MAX_SECONDS, f"limit={test.limit:g}", seconds
    yield 0 <= test.points < math.inf, f"points={test.points:g}", "Give a number of at least 0."
    yield (
        test.group != "strict" or test.points == 0,
        f"it is strict and has points={test.points:g}",
        "Strict tests carry no points: leave them out.",
    )
