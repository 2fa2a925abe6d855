"""Running the author's own submissions: every test by itself, whatever the others come to."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from judge.challenge import Challenge, reference_submission
from judge.grading import Asked, Grader
from judge.kit import REFERENCE_SECONDS
from judge.preparing import prepare
from judge.program import Worker
from judge.replies import Stop
from judge.report.message import message_parts
from judge.results import Died, LimitHit, Outcome, Raised, Report, Status, Verdict
from judge.student import Student
from judge.submission import Submission
from judge.testing.marks import HiddenTest
from judge.wire import Message

_WIDE = 1000  # columns: what was seen is cut nowhere, the table breaks its lines


@dataclass(frozen=True)
class Ran:
    """What came of one submission: an outcome for each test, or the fault that prevented them."""

    outcomes: dict[str, Outcome] = field(default_factory=dict)
    fault: str | None = None  # "cannot be loaded: ..."


@dataclass(frozen=True)
class Bench:
    """Runs submissions of one challenge."""

    grader: Grader
    challenge: Challenge

    def run(self, submission: Submission, tests: Sequence[HiddenTest], seed: int) -> Ran:
        """Run each of `tests`, needs ignored.

        What grading leaves out after a second endless loop is asked for again: which tests it
        leaves out depends on the moment, and a kill table must not.
        """
        outcomes: dict[str, Outcome] = {}
        waiting = [test.name for test in tests]
        while waiting:
            asked = Asked(tests=tuple(waiting), seed=seed, heed_needs=False, diagnose=False)
            report = self.grader.grade(self.challenge, submission, asked)
            if fault := _fault(report):
                return Ran(fault=fault)
            outcomes |= {outcome.name: outcome for outcome in report.tests}
            left = [name for name in waiting if outcomes[name].status is Status.NOT_RUN]
            if len(left) == len(waiting):
                break
            waiting = left
        return Ran(outcomes)

    def as_student(self, submission: Submission, *, heed_needs: bool = True) -> Report:
        """The report of all tests, as a student would get it."""
        return self.grader.grade(
            self.challenge, submission, Asked(seed=1, heed_needs=heed_needs, diagnose=False)
        )

    def asked_seconds(self, test: HiddenTest, seed: int) -> float:
        """The part of a test's limit that the reference uses: loading, and answering calls."""
        sandbox = self.grader.kit(self.challenge).sandbox
        sandbox.start()
        reference = reference_submission(self.challenge)
        program = prepare(self.challenge, reference, sandbox.worker).program
        if program is None:
            return 0.0
        with sandbox.worker(program.memory) as worker, contextlib.suppress(Stop):
            clock = _Clock(worker)
            student = Student(clock, program, REFERENCE_SECONDS, np.random.default_rng(seed))
            student.with_reference(self.grader.kit(self.challenge).reference())
            student.load()
            test.run(student)
        return clock.seconds


class _Clock:
    """A worker whose charged time is added up."""

    def __init__(self, worker: Worker) -> None:
        self.seconds = 0.0
        self.clear_peaks, self.peaks = worker.clear_peaks, worker.peaks
        self._worker = worker

    @property
    def charged(self) -> float:
        return self._worker.charged

    def ask(self, kind: str, value: dict[str, Any] | None, seconds: float) -> Message:
        try:
            return self._worker.ask(kind, value, seconds)
        finally:
            self.seconds += self.charged


def told(outcome: Outcome) -> str:
    """What was seen, in a line: `54.1% of O is off; ...`."""
    if outcome.status is Status.BROKEN:
        return (outcome.reason or "").strip().rpartition("\n")[2]
    parts = message_parts(outcome, "instructor", _WIDE)
    said = [part.versions[0][0] for part in parts if part.label == "got"]
    return said[0].rstrip(".") if said else outcome.reason or outcome.status.value


def _fault(report: Report) -> str | None:
    """Why no test could run."""
    if report.verdict is Verdict.REFUSED:
        return f"cannot be read: {report.reason}"
    for outcome in report.tests:
        evidence = outcome.evidence
        if isinstance(evidence, Raised | Died | LimitHit) and evidence.phase == "load":
            return f"cannot be loaded: {told(outcome)}"
    for task in report.tasks:
        if task.status is Status.NOT_ATTEMPTED:
            return f"is not attempted: {task.reason}"
    return None
