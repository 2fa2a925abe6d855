"""Challenges to validate: the one that `judge new` writes, with something changed."""

from __future__ import annotations

from pathlib import Path

from judge.authoring import build, new
from judge.challenge import Challenge, read_challenge
from judge.errors import ChallengeError

Edit = tuple[str, str, str]  # file, old text, new text

EXTRA = '''

@hidden_test(task="centre", aspect="{aspect}", group="strict", limit={limit})
def {name}(student: Student) -> None:
    """One more."""
    x = student.rng.normal(3.0, 2.0, (5, 4))
    {body}
'''


def draft(tmp_path: Path, *edits: Edit) -> Challenge:
    """A built challenge. An edit whose old text is empty adds at the end of the file."""
    root = tmp_path / "challenges"
    root.mkdir()
    folder = new("rows", root)
    for name, old, put in edits:
        file = folder / name
        text = file.read_text()
        assert old in text, f"{name} has no {old!r}"
        file.write_text(text.replace(old, put) if old else text + put)
    try:
        build([folder])
    except ChallengeError:  # some drafts are there to be refused
        return read_challenge(folder)
    return read_challenge(folder)


def extra_test(name: str, body: str, *, aspect: str = "extra", limit: float = 2.0) -> Edit:
    text = EXTRA.format(name=name, body=body.replace("\n", "\n    "), aspect=aspect, limit=limit)
    return "hidden_tests.py", "", text


def extra_mutant(name: str, find: str, put: str, *killed_by: str) -> Edit:
    text = (
        f'\n[[mutant]]\nname = "{name}"\nmisconception = "a slip"\n'
        f"find = '''{find}'''\nput = '''{put}'''\nkilled_by = {list(killed_by)}\n"
    )
    return "mutants.toml", "", text
