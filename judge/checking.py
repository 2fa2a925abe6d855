"""One check, as a person asks for it: find the challenge, grade, record.

Both the command and the service of a kernel come through here.
"""

from __future__ import annotations

import atexit
import os
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from msgspec import structs

from judge import progress
from judge.catalogue import Catalogue, find_challenge, open_catalogue
from judge.challenge import Challenge
from judge.grading import Asked, Grader
from judge.manifest import read_challenge
from judge.preparing import prepare
from judge.results import Outcome, Report
from judge.schedule import Progress
from judge.submission import Submission, read_submission, submission_from_cells


@dataclass(frozen=True)
class Wish:
    """What to check, in the words of the person who asks. Empty names mean all."""

    challenge: str
    tasks: tuple[str, ...] = ()
    tests: tuple[str, ...] = ()
    seed: int | None = None
    folders: tuple[Path, ...] = ()  # of challenges, before the usual ones
    course: Path | None = None  # the folder that may be a course repository


class Checker:
    """Checks submissions, keeping what is slow to start between checks."""

    def __init__(self, grader: Grader | None = None, *, record: bool = True) -> None:
        self._grader = grader or Grader()
        self._record = record

    def check(
        self, wish: Wish, submission: Submission, report_progress: Progress | None = None
    ) -> Report:
        """Grade `submission` and record the result. Raises UserError and SandboxError.

        When it defines none of the challenge's functions but all those of exactly one other
        challenge, that one is graded and the report says so.
        """
        catalogue = open_catalogue(wish.folders, wish.course)
        challenge = read_challenge(catalogue.folder(wish.challenge))
        asked = Asked(wish.tasks, wish.tests, wish.seed, progress=report_progress)
        other = None if wish.tasks or wish.tests else self._meant(catalogue, challenge, submission)
        report = self._grader.grade(other or challenge, submission, asked)
        if other is not None:
            note = f"{challenge.id} is not defined here, but {other.id} is: that one was graded."
            report = structs.replace(report, notes=(note, *report.notes))
        if self._record:
            notes = progress.record(report, complete=not (wish.tasks or wish.tests))
            report = structs.replace(report, notes=(*report.notes, *notes))
        return report

    def grade_one_of_many(
        self, wish: Wish, submission: Submission, known: Mapping[str, Outcome]
    ) -> Report:
        """Grade this challenge and no other; nothing is recorded. Raises as `check` does.

        Tests whose outcomes are `known` are not run.
        """
        challenge = find_challenge(wish.challenge, wish.folders, wish.course)
        return self._grader.grade(challenge, submission, Asked(seed=wish.seed, known=known))

    def _meant(
        self, catalogue: Catalogue, challenge: Challenge, submission: Submission
    ) -> Challenge | None:
        """The one other challenge whose functions are all there, if none of this one's is."""
        others = [entry for entry in catalogue.entries if entry.id != challenge.id]
        texts = [cell.source for cell in submission.cells]
        names = [task.name for task in challenge.tasks]
        if not others or any(name in text for name in names for text in texts):
            return None  # the usual case, without starting a worker
        kit = self._grader.kit(challenge)
        kit.sandbox.start()
        found = set(prepare(challenge, submission, kit.sandbox.worker).found)
        meant = [entry.id for entry in others if _functions(entry.tasks) <= found]
        return read_challenge(catalogue.folder(meant[0])) if len(meant) == 1 else None

    def close(self) -> None:
        """End what was kept."""
        self._grader.close()


def _functions(tasks: Sequence[object]) -> set[str]:
    return {str(getattr(task, "function", "")).partition("(")[0] for task in tasks}


def grade(challenge: str, submission: Submission | Path | str, seed: int | None = None) -> Report:
    """Grade one submission, for programs: a Submission, a path, or the source itself as text.

    Nothing is recorded. Called again from the main thread it finds its fork servers warm. Raises
    UserError for an unknown challenge or an unreadable file, and SandboxError.
    """
    if isinstance(submission, str):
        submission = submission_from_cells([("", submission)], "a text", "script")
    elif isinstance(submission, Path):
        submission = read_submission(submission)
    wish = Wish(challenge, seed=seed)
    if threading.current_thread() is threading.main_thread():
        return _kept().check(wish, submission)
    checker = Checker(record=False)  # a fork server ends with the thread that starts it
    try:
        return checker.check(wish, submission)
    finally:
        checker.close()


_checkers: dict[int, Checker] = {}  # by process: a fork of this one makes its own


def _kept() -> Checker:
    """The checker of this process; it ends with it."""
    pid = os.getpid()
    if pid not in _checkers:
        _checkers.clear()
        _checkers[pid] = Checker(record=False)
        atexit.register(_checkers[pid].close)
    return _checkers[pid]
