"""`judge gradescope`: the zip of an autograder, with all that it needs but PyPI's packages.

It holds the challenge as its author has it, hidden tests and solution: it is the instructor's.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from pathlib import Path

from judge.authoring.autograding import SETTINGS
from judge.authoring.wheel import wheel, zipped
from judge.challenge import Challenge, load_tests, read_notebook
from judge.errors import UserError
from judge.files import write_atomically
from judge.intake import shown

MEMORY_MB = 600  # of the 768 that Gradescope gives by default: the rest is for the judge itself
MAX_PACE = 10.0

_PARTS = Path(__file__).parent / "autograder"
_PROGRAMS = ("setup.sh", "run_autograder", "grade.py")
_LEFT_OUT = {"__pycache__", ".ipynb_checkpoints"}


def autograder(challenge: Challenge, target: Path, pace: float) -> None:
    """Write the zip. `pace` times the limits of the tests. Raises UserError."""
    if not (1 <= pace <= MAX_PACE) or not math.isfinite(pace):
        raise UserError(f"--pace {pace:g} is not accepted.\nGive a number from 1 to {MAX_PACE:g}.")
    if challenge.released:
        raise UserError(
            f"{challenge.id} is a version for students, without its hidden tests.\n"
            "Make the autograder from the original."
        )
    read_notebook(challenge)  # what is wrong with it is told here, not on Gradescope
    load_tests(challenge)
    name, data = wheel()
    settings = {"challenge": challenge.id, "pace": pace, "memory_mb": MEMORY_MB}
    files = {program: (_PARTS / program).read_bytes() for program in _PROGRAMS}
    files |= {SETTINGS: (json.dumps(settings, indent=1) + "\n").encode()}
    files |= {"extras.txt": b"[torch]\n" if challenge.profile == "torch" else b"\n"}
    files |= {f"wheels/{name}": data}
    files |= dict(_folder(challenge))
    try:
        write_atomically(target, zipped(files, frozenset(_PROGRAMS)))
    except OSError as error:
        raise UserError(
            f"{shown(target)} cannot be written: {error.strerror or error}.\n"
            "Give another path with -o."
        ) from None


def _folder(challenge: Challenge) -> Iterator[tuple[str, bytes]]:
    """The files of the challenge, plain ones alone."""
    for path in sorted(challenge.folder.rglob("*")):
        parts = path.relative_to(challenge.folder).parts
        if path.is_file() and not path.is_symlink() and not _LEFT_OUT & {*parts}:
            yield f"challenges/{challenge.id}/{'/'.join(parts)}", path.read_bytes()
