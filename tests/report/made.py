"""Reports of one test, made up for a sample."""

from __future__ import annotations

import msgspec

from judge.report.examples import QUESTIONS, report
from judge.results import AnyEvidence, Outcome, Report, Status

SUMS = QUESTIONS[1]


def single(evidence: AnyEvidence, status: Status = Status.FAILED, **changes: object) -> Report:
    """A report with one test that has this evidence."""
    outcome = SUMS.answered(status, evidence)
    return report((msgspec.structs.replace(outcome, **changes),))


def secret(outcome: Outcome) -> Outcome:
    """The same outcome of a hidden test."""
    return msgspec.structs.replace(outcome, visibility="hidden")
