"""What can be said of a challenge without running it: stray files, stale builds, empty hints."""

from __future__ import annotations

from collections.abc import Iterator

from judge.authoring.build import build
from judge.authoring.sources import modules, source_problems
from judge.catalogue import command
from judge.challenge import Challenge
from judge.errors import ChallengeError

_LEFT_BEHIND = {"__pycache__", ".ipynb_checkpoints"}  # by Python and Jupyter, never published
_FILES = ("challenge.toml", "notebook.py", "hidden_tests.py", "mutants.toml", "support.py")


def folder_problems(challenge: Challenge, mutants: tuple[str, ...] | None) -> Iterator[str]:
    """What is wrong, each with the file and the cure.

    `mutants` names those that are files of their own; None when mutants.toml cannot be read.
    """
    yield from _stray(challenge, mutants)
    yield from _empty_hints(challenge)
    yield from source_problems(challenge)
    try:
        stale = build([challenge.folder], check=True)
    except ChallengeError as error:
        yield str(error)
        return
    again = command("build", challenge.folder)
    for path in stale:
        yield f"{path} is not what the sources make now.\nBuild it again:\n    {again}"


def _empty_hints(challenge: Challenge) -> Iterator[str]:
    for task in challenge.tasks:
        if not task.hints or not all(hint.strip() for hint in task.hints):
            yield (
                f"{challenge.folder / 'challenge.toml'}: the task {task.id} has no hint, or an "
                "empty one.\nWrite hints, the gentlest first."
            )


def _stray(challenge: Challenge, mutants: tuple[str, ...] | None) -> Iterator[str]:
    """Files that nothing uses: students and other authors would wonder what they are for."""
    folder = challenge.folder
    used = {folder / name for name in _FILES} | modules(challenge)
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
