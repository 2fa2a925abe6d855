"""A challenge in a terminal: its statement, its tasks, its hidden tests by their titles.

`python -m judge.report.statement` shows how formulas come out.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from rich.console import Console, Group, RenderableType
from rich.markdown import Markdown
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from judge.manifest import Challenge, Task
    from judge.testing.marks import HiddenTest

_WIDTH = 88
_LABEL = 10
# Code first: a dollar sign inside of it is no formula. Then formulas on lines of their own, then
# those within a line, which neither begin nor end with a space.
_CODE_OR_FORMULA = re.compile(
    r"(?P<code>^```.*?^```|`[^`\n]+`)"
    r"|\$\$(?P<display>.+?)\$\$"
    r"|\$(?P<inline>[^\s$](?:[^$]*?[^\s$])?)\$",
    re.DOTALL | re.MULTILINE,
)


def render_challenge(
    challenge: Challenge, statement: str, tests: Sequence[HiddenTest], start: str
) -> Iterator[RenderableType]:
    """What rich prints for a challenge; `statement` is Markdown, `start` what to type next."""
    yield Text.assemble(
        (challenge.title, "bold"),
        f"\n{challenge.id} {challenge.version}, {challenge.track}, {challenge.level}, "
        f"{challenge.points:g} points",
    )
    yield Text()
    yield Markdown(with_readable_formulas(statement), hyperlinks=False)
    yield Text()
    yield _labelled("imports", ", ".join(["the standard library", *challenge.imports]))
    if challenge.forbidden:
        yield _labelled("forbidden", ", ".join(challenge.forbidden))
    for task in challenge.tasks:
        yield Text()
        yield from _task(task, [test for test in tests if test.task == task.id])
    yield Text()
    # To be copied, so in one line; a text by itself would be wrapped all the same.
    yield Group(Text(f"{'next':<{_LABEL}}{start}", no_wrap=True, overflow="ignore"))


def with_readable_formulas(text: str) -> str:
    """Markdown whose LaTeX stands as code: nothing of it is taken for emphasis or an escape."""
    return _CODE_OR_FORMULA.sub(_as_code, text)


def _as_code(found: re.Match[str]) -> str:
    if (display := found["display"]) is not None:
        lines = [line.strip() for line in display.strip().splitlines()]
        return "\n\n" + "\n".join(f"    {line}" for line in lines) + "\n\n"
    if (inline := found["inline"]) is not None:
        return f"`{' '.join(inline.split())}`"
    return found["code"]


def _task(task: Task, tests: Sequence[HiddenTest]) -> Iterator[RenderableType]:
    yield Text.assemble((f"task {task.id}", "bold"), f", {task.points:g} points")
    yield _labelled("write", task.function)
    if task.returns:
        yield _labelled("returns", ", ".join(task.returns))
    for number, test in enumerate(tests):
        points = "strict" if test.group == "strict" else f"{test.points:g}"
        text = Text(no_wrap=True, overflow="ellipsis")
        text.append(f"{'' if number else 'tests':<{_LABEL}}{points:>6}  {test.title}")
        yield text


def _labelled(label: str, text: str) -> RenderableType:
    row = Table.grid()
    row.add_column(width=_LABEL)
    row.add_column()
    row.add_row(Text(label), Text(text))
    return row


def _demo() -> None:
    text = (
        "Row $i$ of $P_{ij}$ and *its* sum:\n\n"
        r"$$ S = \frac{Q K^\top}{\sqrt D}, \qquad O_i = \sum_j P_{ij} V_j $$"
        "\n\nA price of `$5` is none."
    )
    Console(file=sys.stdout, width=_WIDTH).print(Markdown(with_readable_formulas(text)))


if __name__ == "__main__":
    _demo()
