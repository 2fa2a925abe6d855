"""`judge check`: everything that is decided between the command line and the Checker."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import Path

from judge.catalogue import find_challenge
from judge.checking import Checker, Wish
from judge.errors import (
    EXIT_NOT_PASSED,
    EXIT_OURS,
    EXIT_PASSED,
    EXIT_USER,
    SubmissionError,
    UserError,
)
from judge.files import write_atomically
from judge.grading import Grader
from judge.intake import shown
from judge.manifest import Challenge
from judge.results import (
    Report,
    Verdict,
)
from judge.sandbox import LEVELS
from judge.schedule import Progress
from judge.starting import find_file
from judge.submission import Submission, read_submission
from judge.verdict import without_outcomes

EXIT_CODES = {
    Verdict.PASSED: EXIT_PASSED,
    Verdict.FAILED: EXIT_NOT_PASSED,
    Verdict.NOT_ATTEMPTED: EXIT_NOT_PASSED,
    Verdict.REFUSED: EXIT_USER,
    Verdict.BROKEN: EXIT_OURS,
}
_MAX_SEED = 2**63 - 1  # what 64 bits of JSON readers hold


@dataclass(frozen=True)
class Request:
    """What was typed. `file` None stands for the challenge's usual file in `here`."""

    wish: Wish
    file: Path | None
    here: Path
    isolation: str | None = None  # the weakest level that will do
    debug: bool = False
    junit: Path | None = None


def answer(request: Request, progress: Progress | None = None) -> Report:
    """Check what was asked for.

    A file that cannot be read raises SubmissionError; `refusal` makes a report of it. Raises
    UserError and SandboxError.
    """
    wish = replace(request.wish, tests=tuple(map(_name_of, request.wish.tests)))
    challenge = find_challenge(wish.challenge, wish.folders, wish.course)
    check_seed(wish.seed)
    if request.junit is not None:
        _check_writable(request.junit)
    submission = read_submission(find_file(challenge.id, request.file, request.here))
    if request.debug:
        from judge.debugging import debug

        return debug(wish, submission, progress)
    return _checked(replace(request, wish=wish), challenge, submission, progress)


def _name_of(test: str) -> str:
    """A test by its name, or by its title as reports show it."""
    return test.strip().replace(" ", "_")


def _checked(
    request: Request, challenge: Challenge, submission: Submission, progress: Progress | None
) -> Report:
    grader = Grader()
    checker = Checker(grader)
    try:
        if request.isolation is not None:
            sandbox = grader.kit(challenge).sandbox
            sandbox.start()
            check_level(sandbox.level, request.isolation)
        return checker.check(request.wish, submission, progress)
    finally:
        checker.close()


def refusal(request: Request, error: SubmissionError) -> Report:
    """The report of a file that could not be read: nothing of it was executed."""
    wish = request.wish
    challenge = find_challenge(wish.challenge, wish.folders, wish.course)
    file = request.file or Path(f"{challenge.id}.ipynb")
    nothing = Submission((), shown(file), "notebook")
    return without_outcomes(challenge, nothing, Verdict.REFUSED, str(error))


def check_seed(seed: int | None) -> None:
    """Raises UserError."""
    if seed is not None and not 0 <= seed <= _MAX_SEED:
        raise UserError(
            f"--seed {seed} is no seed.\nA seed is a whole number from 0 to {_MAX_SEED}; "
            "every report prints its own."
        )


def write_junit(report: Report, file: Path) -> None:
    """Raises UserError."""
    from judge.report.junit import junit_xml

    try:
        write_atomically(file, junit_xml(report).encode())
    except OSError as error:
        raise _not_writable(file, error.strerror or str(error)) from None


def _check_writable(file: Path) -> None:
    """Before minutes are spent on what could not be saved. Raises UserError."""
    if not file.parent.is_dir():
        raise _not_writable(file, f"there is no folder {shown(file.parent)}")
    if file.is_dir():
        raise _not_writable(file, "it is a folder")
    if not os.access(file.parent, os.W_OK):
        raise _not_writable(file, f"{shown(file.parent)} may not be written to")


def _not_writable(file: Path, why: str) -> UserError:
    return UserError(f"{shown(file)} cannot be written: {why}.\nGive --junit another path.")


def check_level(level: str, wanted: str | None) -> None:
    """Raises UserError when the isolation is less than wanted."""
    if wanted is not None and LEVELS.index(level) < LEVELS.index(wanted):
        raise UserError(
            f"The isolation here is {level}; --require-isolation {wanted} asks for more.\n"
            "Nothing was checked. `judge doctor` shows which layers work on this machine."
        )
