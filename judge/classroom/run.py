"""Grading what was collected: only what is not known yet, result by result into the store."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, CancelledError, Executor, Future, wait
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from judge.catalogue import find_challenge
from judge.challenge import names_of_tests
from judge.classroom.collect import read
from judge.classroom.fingerprint import Fingerprints, digest_of
from judge.classroom.records import Collection, Handed
from judge.classroom.store import Store
from judge.errors import SubmissionError, UserError
from judge.intake import shown
from judge.results import Outcome, Report, ReportError, Status, Verdict, from_data, to_data
from judge.submission import Submission
from judge.verdict import without_outcomes

# What stays true when a submission is graded again; the other outcomes follow from these.
_KEPT = (Status.PASSED, Status.FAILED, Status.CRASHED, Status.EXCEEDED)
_LOOK = 15.0  # seconds without an answer after which the desk is asked whether it is still there
_AGAIN = ""  # the fingerprint of a result that no run takes for known
_KEPT_SO_FAR = "What was graded is kept: give the same command again once it is back."

Grade = Callable[[bytes], bytes]  # a question and its answer, as judge.service has them


@dataclass(frozen=True)
class Conditions:
    """What all submissions of a run are graded under."""

    seed: int
    folders: tuple[Path, ...] = ()  # of challenges
    course: Path = Path()


@dataclass(frozen=True)
class Desk:
    """Where submissions are graded: how, how many are handed over at a time, how well kept in.

    `lost` says why no answer will ever come; it is empty while one may come.
    """

    executor: Executor
    grade: Grade
    ahead: int
    level: str  # of isolation: the lowest of all workers
    workers: Mapping[str, str] = field(default_factory=dict)  # of a cluster: address -> level
    lost: Callable[[], str] = str


@dataclass
class Count:
    """How far a run is, in submissions."""

    total: int
    known: int = 0  # graded before, and nothing has changed since
    graded: int = 0
    refused: int = 0
    broken: int = 0  # for a reason of ours: the next run tries them again

    @property
    def done(self) -> int:
        return self.known + self.graded + self.refused + self.broken


Progress = Callable[[Count], None]


@dataclass(frozen=True)
class _Task:
    """A submission on its way, and what each of its outcomes depends on."""

    handed: Handed
    submission: Submission
    keys: Mapping[str, str]  # by test

    @property
    def fingerprint(self) -> str:
        return digest_of(sorted(self.keys.values()))


class Run:
    """One run over a collection; `count` says how far it is."""

    def __init__(
        self, store: Store, collection: Collection, conditions: Conditions, desk: Desk
    ) -> None:
        """Raises UnknownNameError and ChallengeError."""
        self.count = Count(len(collection.handed) + len(collection.refusals))
        self._store = store
        self._desk = desk
        self._collection = collection
        self._conditions = conditions
        named = {h.challenge for h in collection.handed} | {
            r.challenge for r in collection.refusals
        }
        self._courses = {
            id: find_challenge(id, conditions.folders, conditions.course) for id in named if id
        }
        self._digests = {
            id: Fingerprints(challenge.folder).of(names_of_tests(challenge))
            for id, challenge in self._courses.items()
        }

    def grade(self, progress: Progress) -> None:
        """Grade everything whose result is not known. Raises UserError when it cannot go on."""
        desk, waiting = self._desk, dict[Future[bytes], _Task]()
        self._refusals()
        for handed in self._collection.handed:
            progress(self.count)
            task = self._next(handed)
            if task is not None:
                waiting[desk.executor.submit(desk.grade, self._question(task))] = task
            while len(waiting) >= desk.ahead:
                self._take(waiting)
                progress(self.count)
        while waiting:
            self._take(waiting)
            progress(self.count)

    def _take(self, waiting: dict[Future[bytes], _Task]) -> None:
        """Wait for the next answers and store them. Raises UserError when none will come."""
        before = ""
        while not (answered := wait(waiting, _LOOK, FIRST_COMPLETED).done):
            lost = self._desk.lost()
            if lost and before:  # a worker that ended may be started again meanwhile
                raise UserError(f"{lost}\n{_KEPT_SO_FAR}")
            before = lost
        for done in answered:
            self._keep(waiting.pop(done), _answer(done))

    # --- one submission -------------------------------------------------------------------------

    def _refusals(self) -> None:
        """What cannot be a submission is reported beside the others, if it is known whose it is."""
        for found in self._collection.refusals:
            if found.student and found.challenge:
                handed = Handed(found.student, found.challenge, found.source, Path())
                self._refuse(handed, found.reason)
            else:
                self.count.refused += 1

    def _next(self, handed: Handed) -> _Task | None:
        """What there is to do for a submission; nothing when its result is known or refused."""
        try:
            submission = read(handed)
        except SubmissionError as error:
            self._refuse(handed, str(error))
            return None
        here = [submission.sha256, submission.kind, str(self._conditions.seed)]
        keys = {
            test: digest_of([*here, self._desk.level, digest])
            for test, digest in self._digests[handed.challenge].items()
        }
        task = _Task(handed, submission, keys)
        if self._store.fingerprint(handed) == task.fingerprint:
            self.count.known += 1
            return None
        return task

    def _refuse(self, handed: Handed, reason: str) -> None:
        fingerprint = digest_of(["refused", reason])
        if self._store.fingerprint(handed) == fingerprint:
            self.count.known += 1
            return
        report = self._without_outcomes(handed, Verdict.REFUSED, reason)
        self._store.put(handed, report, fingerprint, {})
        self.count.refused += 1

    def _question(self, task: _Task) -> bytes:
        known = self._store.known(task.keys)
        question = {
            **about(task.handed.challenge, self._conditions.folders, self._conditions.course),
            "seed": self._conditions.seed,
            "cells": [[cell.label, cell.source] for cell in task.submission.cells],
            "kind": task.submission.kind,
            "origin": task.submission.origin,
            "known": {name: to_data(outcome) for name, outcome in known.items()},
        }
        return json.dumps(question).encode()

    def _keep(self, task: _Task, answer: dict[str, Any]) -> None:
        """Store what came back. Raises UserError for what would stop every other one as well."""
        if "report" not in answer and not answer["ours"]:
            raise UserError(answer["problem"])
        try:
            report = from_data(answer["report"])
        except (KeyError, ReportError) as error:
            reason = answer.get("problem", str(error))
            report = self._without_outcomes(task.handed, Verdict.BROKEN, reason)
        if report.verdict is Verdict.BROKEN:
            self.count.broken += 1
            self._store.put(task.handed, report, _AGAIN, {})
            return
        if report.verdict is Verdict.REFUSED:
            self.count.refused += 1
        else:
            self.count.graded += 1
        self._store.put(task.handed, report, task.fingerprint, _new_outcomes(task, report))
        self._store.put_source(task.submission)

    def _without_outcomes(self, handed: Handed, verdict: Verdict, reason: str) -> Report:
        nothing = Submission((), handed.source, "script")
        challenge = self._courses[handed.challenge]
        return without_outcomes(challenge, nothing, verdict, reason)


def _answer(done: Future[bytes]) -> dict[str, Any]:
    """What came back; a cluster may have lost every worker that it gave the submission to."""
    error = CancelledError() if done.cancelled() else done.exception()
    if error is None:
        answer: dict[str, Any] = json.loads(done.result())
        return answer
    return {"problem": f"No worker could grade it: {shown(repr(error))[:500]}", "ours": True}


def about(challenge: str, folders: Sequence[Path], course: Path) -> dict[str, Any]:
    """The part of a question that tells a service what to make ready."""
    places = [str(folder) for folder in folders]
    return {"challenge": challenge, "folder": str(course), "folders": places, "jobs": 1}


def _new_outcomes(task: _Task, report: Report) -> dict[str, Outcome]:
    """The outcomes worth keeping, by key."""
    return {
        task.keys[outcome.name]: outcome
        for outcome in report.tests
        if outcome.status in _KEPT and outcome.name in task.keys
    }
