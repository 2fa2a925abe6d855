"""From outcomes to a report: points, the status of each task, the verdict."""

from __future__ import annotations

import math
from collections.abc import Sequence

from msgspec import structs

from judge import __version__
from judge.challenge import Challenge
from judge.replies import Stop
from judge.results import (
    ChallengeInfo,
    Isolation,
    Outcome,
    Points,
    Report,
    Status,
    SubmissionInfo,
    TaskResult,
    Verdict,
)
from judge.submission import Submission
from judge.testing.marks import HiddenTest


def outcome_of(
    test: HiddenTest,
    status: Status,
    *,
    seconds: float = 0.0,
    stop: Stop | None = None,
    reason: str | None = None,
) -> Outcome:
    """The outcome of a test; points are earned by passing only."""
    return Outcome(
        task=test.task,
        name=test.name,
        title=test.title,
        about=test.about,
        group=test.group,
        visibility=test.visibility,
        status=status,
        earned=test.points if status is Status.PASSED else 0.0,
        possible=test.points,
        seconds=seconds,
        evidence=stop.evidence if stop else None,
        reason=reason,
    )


def without_outcomes(
    challenge: Challenge, submission: Submission, verdict: Verdict, reason: str
) -> Report:
    """The report of a submission that no test has seen: refused, or broken by us."""
    report = report_of(challenge, submission, None, Isolation(level="none", layers=()), ())
    points = Points(earned=0.0, possible=challenge.points)
    return structs.replace(report, verdict=verdict, reason=reason, points=points)


def report_of(
    challenge: Challenge,
    submission: Submission,
    seed: int | None,
    isolation: Isolation,
    outcomes: Sequence[Outcome],
) -> Report:
    """The report of one check; its time, notes and a refusal are the grader's to add."""
    asked = {outcome.task for outcome in outcomes}
    tasks = [
        _task(id, [outcome for outcome in outcomes if outcome.task == id])
        for id in (task.id for task in challenge.tasks)
        if id in asked
    ]
    return Report(
        judge=__version__,
        challenge=ChallengeInfo(id=challenge.id, title=challenge.title, version=challenge.version),
        submission=SubmissionInfo(origin=submission.origin, sha256=submission.sha256),
        seed=seed,
        isolation=isolation,
        verdict=_verdict(outcomes, tasks),
        points=Points(
            earned=math.fsum(task.earned for task in tasks),
            possible=math.fsum(task.possible for task in tasks),
        ),
        seconds=0.0,
        tasks=tuple(tasks),
        tests=tuple(outcomes),
    )


def _task(id: str, outcomes: Sequence[Outcome]) -> TaskResult:
    core = [outcome for outcome in outcomes if outcome.group == "core"]
    statuses = {outcome.status for outcome in core or outcomes}  # asked by name: strict ones alone
    reasons = [outcome.reason for outcome in outcomes if outcome.status is Status.NOT_ATTEMPTED]
    if Status.BROKEN in {outcome.status for outcome in outcomes}:
        status = Status.BROKEN
    elif statuses <= {Status.PASSED}:
        status = Status.PASSED
    elif Status.NOT_ATTEMPTED in statuses and statuses <= {Status.NOT_ATTEMPTED, Status.NOT_RUN}:
        status = Status.NOT_ATTEMPTED
    else:
        status = Status.FAILED
    return TaskResult(
        id=id,
        status=status,
        earned=math.fsum(outcome.earned for outcome in outcomes),
        possible=math.fsum(outcome.possible for outcome in outcomes),
        reason=reasons[0] if status is Status.NOT_ATTEMPTED and reasons else None,
    )


def _verdict(outcomes: Sequence[Outcome], tasks: Sequence[TaskResult]) -> Verdict:
    if any(outcome.status is Status.BROKEN for outcome in outcomes):
        return Verdict.BROKEN
    statuses = {task.status for task in tasks}
    if statuses == {Status.PASSED}:
        return Verdict.PASSED
    return Verdict.NOT_ATTEMPTED if statuses == {Status.NOT_ATTEMPTED} else Verdict.FAILED
