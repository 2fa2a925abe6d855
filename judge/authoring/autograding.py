"""What runs on Gradescope: from the folders it lays out to the contents of results.json."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from judge.errors import SubmissionError
from judge.grading import SUBMISSION_SECONDS, Asked, Grader
from judge.intake import shown
from judge.manifest import Challenge, read_challenge
from judge.report.gradescope import results_object
from judge.results import Report, Verdict
from judge.submission import Submission, read_submission
from judge.verdict import without_outcomes

SETTINGS = "settings.json"

_SUFFIXES = (".ipynb", ".py")
_SKIPPED = ("__MACOSX", "__pycache__")
_LOOKED_AT = 2000  # entries of what was handed in
_SHOWN = 5


def graded(root: Path) -> dict[str, Any]:
    """The results of the submission in `root`, as a student may see them."""
    settings = json.loads((root / "source" / SETTINGS).read_text(encoding="utf-8"))
    challenge = read_challenge(root / "source" / "challenges" / settings["challenge"])
    memory = min(challenge.memory_mb, settings["memory_mb"])
    challenge = replace(challenge, memory_mb=memory)
    return results_object(_report(challenge, root / "submission", settings["pace"]))


def _report(challenge: Challenge, folder: Path, pace: float) -> Report:
    try:
        submission = read_submission(submitted(folder, challenge.id))
    except SubmissionError as error:
        nothing = Submission((), "nothing", "notebook")
        return without_outcomes(challenge, nothing, Verdict.REFUSED, str(error))
    grader = Grader(jobs=1, seconds=SUBMISSION_SECONDS * pace, pace=pace)
    try:
        return grader.grade(challenge, submission, Asked())
    finally:
        grader.close()


def submitted(folder: Path, id: str) -> Path:
    """The one file that is meant: named after the challenge, else the only one there is.

    Raises SubmissionError.
    """
    found = sorted(itertools.islice(_files(folder), _LOOKED_AT))
    named = [path for path in found if path.stem == id]
    meant = named or found
    if len(meant) == 1:
        return meant[0]
    wanted = f"Hand in one file, called {id}.ipynb or {id}.py."
    if not meant:
        raise SubmissionError(f"No notebook and no Python file was handed in.\n{wanted}")
    names = ", ".join(shown(path.relative_to(folder).as_posix()) for path in meant[:_SHOWN])
    raise SubmissionError(f"It is not clear which file is meant: {names}.\n{wanted}")


def _files(folder: Path) -> Iterator[Path]:
    """Notebooks and Python files, in folders too. Links are looked at by nobody."""
    for path in folder.iterdir():
        if path.name.startswith(".") or path.name in _SKIPPED or path.is_symlink():
            continue
        if path.is_dir():
            yield from _files(path)
        elif path.suffix in _SUFFIXES:
            yield path
