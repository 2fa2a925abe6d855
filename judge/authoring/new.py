"""`judge new`: a small challenge that works, to be changed piece by piece into your own."""

from __future__ import annotations

import re
from pathlib import Path

from judge.errors import ChallengeError

_SKELETON = Path(__file__).parent / "skeleton"
# File of the new challenge -> file of the skeleton. The notebook is no module of this package:
# it is written for students, without annotations.
_FILES = {
    "challenge.toml": "challenge.toml",
    "notebook.py": "notebook.txt",
    "hidden_tests.py": "hidden_tests.py",
    "oracle.py": "oracle.py",
    "mutants.toml": "mutants.toml",
}
_ID = re.compile(r"[a-z][a-z0-9_]*")


def new(id: str, folder: Path) -> Path:
    """Write a complete challenge of that id into `folder` and return where it is.

    It builds and validates as it stands. Nothing is overwritten. Raises ChallengeError.
    """
    if not _ID.fullmatch(id):
        raise ChallengeError(
            f"{id!r} cannot be the id of a challenge.\n"
            "Use lower-case letters, digits and underscores, a letter first: running_mean."
        )
    target = folder / id
    if not folder.is_dir():
        raise ChallengeError(
            f"There is no folder {folder}.\nMake it first, or name the folder of your challenges."
        )
    try:
        target.mkdir()
    except FileExistsError:
        raise ChallengeError(
            f"{target} is there already and stays as it is.\nTake another id, or move it away."
        ) from None
    for name, source in _FILES.items():
        text = (_SKELETON / source).read_text(encoding="utf-8")
        with (target / name).open("x", encoding="utf-8", newline="\n") as stream:
            stream.write(text.replace('id = "skeleton"', f'id = "{id}"'))
    return target
