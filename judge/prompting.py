"""A challenge as one plain text for a language model: what to solve and what to return."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from judge.challenge import read_notebook, template_submission
from judge.manifest import Challenge
from judge.percent import PercentCell


def prompt(challenge: Challenge) -> str:
    """The statement, the functions with their docstrings, the rules. Raises ChallengeError."""
    return "\n\n".join(_parts(challenge)) + "\n"


def statement(challenge: Challenge) -> str:
    """What the notebook says, as Markdown without its title. Raises ChallengeError."""
    return _text_of(read_notebook(challenge))


def _text_of(cells: Sequence[PercentCell]) -> str:
    texts = [cell.source.strip() for cell in cells if cell.kind == "markdown"]
    return _without_title("\n\n".join(texts))


def _to_solve(cells: Sequence[PercentCell]) -> list[PercentCell]:
    """Without what stands below the tasks and introduces a cell of the notebook alone."""
    last = max((at for at, cell in enumerate(cells) if cell.role == "task"), default=len(cells))
    following = [*(cell.role for cell in cells[1:]), ""]
    return [
        cell
        for at, (cell, after) in enumerate(zip(cells, following, strict=True))
        if at < last or after not in ("debug", "check")
    ]


def _parts(challenge: Challenge) -> Iterator[str]:
    yield f"# {challenge.title}"
    yield _text_of(_to_solve(read_notebook(challenge)))
    code = "\n\n\n".join(cell.source.strip() for cell in template_submission(challenge).cells)
    yield f"## What to complete\n\n```python\n{code}\n```"
    yield "## What to return\n\n" + "\n".join(f"- {rule}" for rule in _rules(challenge))


def _rules(challenge: Challenge) -> Iterator[str]:
    yield "One Python code block with the whole program, imports included, and no other code block."
    names = " and ".join(f"`{task.function}`" for task in challenge.tasks)
    yield f"It defines {names}, with exactly these names and parameters."
    packages = ", ".join(challenge.imports) or "no third-party package"
    yield (
        f"It may import the standard library and {packages}, but nothing that reaches native "
        "memory, other processes or the network, such as `ctypes`, `subprocess` and `socket`."
    )
    if challenge.forbidden:
        yield f"It must not call {', '.join(f'`{name}`' for name in challenge.forbidden)}."
    yield (
        f"It runs on a CPU with {challenge.memory_mb} MB of memory. Each test has some seconds: "
        "many times what a plain right solution takes."
    )
    yield "Nothing else runs on import: no examples, no tests, no printing, no input."


def _without_title(text: str) -> str:
    first, _, rest = text.partition("\n")
    return rest.lstrip("\n") if first.startswith("# ") else text
