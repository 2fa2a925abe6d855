"""What can be said of a challenge without running it: stray files, stale builds, empty hints."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from judge.authoring.build import build
from judge.challenge import Challenge
from judge.errors import ChallengeError
from judge.regions import parse_cell

_LEFT_BEHIND = {"__pycache__", ".ipynb_checkpoints"}  # by Python and Jupyter, never published
_FILES = ("challenge.toml", "notebook.py", "hidden_tests.py", "mutants.toml", "support.py")


def folder_problems(challenge: Challenge, mutants: tuple[str, ...] | None) -> Iterator[str]:
    """What is wrong, each with the file and the cure.

    `mutants` names those that are files of their own; None when mutants.toml cannot be read.
    """
    yield from _stray(challenge.folder, mutants)
    yield from _empty_hints(challenge)
    try:
        stale = build([challenge.folder], check=True)
    except ChallengeError as error:
        yield str(error)
        return
    for path in stale:
        yield f"{path} is not what the sources make now.\nRun: judge build {challenge.id}"


def _empty_hints(challenge: Challenge) -> Iterator[str]:
    for task in challenge.tasks:
        if not task.hints or not all(hint.strip() for hint in task.hints):
            yield (
                f"{challenge.folder / 'challenge.toml'}: the task {task.id} has no hint, or an "
                "empty one.\nWrite hints, the gentlest first."
            )


def _stray(folder: Path, mutants: tuple[str, ...] | None) -> Iterator[str]:
    """Files that nothing uses: students and other authors would wonder what they are for."""
    used = {folder / name for name in _FILES} | _modules(folder / "hidden_tests.py")
    if mutants is None:
        used |= set((folder / "mutants").glob("*.py"))
    else:
        used |= {folder / "mutants" / f"{name}.py" for name in mutants}
    for path in sorted(folder.rglob("*")):
        if path.is_dir() or path in used or _LEFT_BEHIND & {*path.relative_to(folder).parts}:
            continue
        cure = "Take it away"
        if path.suffix == ".py":
            place = "mutants.toml" if path.parent.name == "mutants" else "hidden_tests.py"
            cure += f", or use it in {place}"
        yield f"{path} is used by nothing.\n{cure}."


def _modules(file: Path) -> set[Path]:
    """A module of the folder and those it imports from its neighbours, one through another."""
    found: set[Path] = set()
    waiting = [file]
    while waiting:
        module = waiting.pop()
        if module in found or not module.is_file():
            continue
        found.add(module)
        waiting += _neighbours(module)
    return found


def _neighbours(file: Path) -> list[Path]:
    try:
        tree = parse_cell(file.read_text(encoding="utf-8"), str(file))
    except (ChallengeError, ValueError):  # importing it says so, in better words
        return []
    nodes = [n for n in ast.walk(tree) if isinstance(n, ast.ImportFrom) and n.level == 1]
    names = {n.module for n in nodes if n.module}
    names |= {alias.name for n in nodes if not n.module for alias in n.names}
    return [file.with_name(f"{name}.py") for name in names]
