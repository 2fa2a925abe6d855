"""Hints in a terminal, and the words around them that a notebook shows as well."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from rich.console import Group
from rich.padding import Padding
from rich.text import Text

if TYPE_CHECKING:
    from rich.console import RenderableType

    from judge.hints import Hint


def lines(hints: Sequence[Hint]) -> Iterator[RenderableType]:
    """Each hint under its heading, then what there is beside them."""
    for hint in hints:
        yield Text(heading(hint), "bold")
        yield Text()
        yield Padding(Text(hint.text), (0, 4))
        yield Text()
    again = [command(hint) for hint in hints[-1:] if hint.repeated]
    for told in (*again, *(said for hint in hints[-1:] for said in rest(hint))):
        # With a path in it a command is long, and to be copied: the terminal breaks the line.
        long = Group(Text(told, no_wrap=True, overflow="ignore"))
        yield long if hints[-1].option else Text(told)


def heading(hint: Hint) -> str:
    """Which hint it is."""
    return f"{hint.challenge}, {hint.task}: hint {hint.step} of {hint.total}"


def command(hint: Hint) -> str:
    """How all hints of the task are shown once more."""
    return f"There is no further hint. {_all(hint)} shows them all."


def rest(hint: Hint) -> list[str]:
    """How many are left; after the last one what else there is."""
    left = hint.total - hint.step
    if left and not hint.remembered:
        return [f"Your progress cannot be saved. {_all(hint)} shows the others."]
    if left:
        return [f"{left} more {'is' if left == 1 else 'are'} left."]
    solution = f"`judge solution {hint.challenge}{hint.option}`"
    if hint.solved:
        after = f"{solution} shows the reference solution."
    else:
        after = f"{solution} shows the reference solution once it is solved, --spoil at once."
    return [after] if hint.repeated else ["That was the last one.", after]


def _all(hint: Hint) -> str:
    return f"`judge hint {hint.challenge} --task {hint.task} --all{hint.option}`"
