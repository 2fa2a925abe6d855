"""Grading: a challenge and a submission in, a report out. Where all parts meet."""

from __future__ import annotations

import hashlib
import os
import secrets
import time
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from msgspec import structs

from judge.calls import Exchange, room_beside
from judge.challenge import Challenge
from judge.errors import SandboxError, UserError
from judge.kit import Kit
from judge.preparing import Prepared, prepare
from judge.replies import Stop
from judge.results import Isolation, Outcome, Points, Report, Status, Verdict
from judge.sandbox import Sandbox
from judge.sandbox.choice import default_sandbox
from judge.sandbox.forkserver import launch_ahead
from judge.schedule import Cancel, Progress, Schedule
from judge.student import Student
from judge.submission import Submission
from judge.testing.marks import HiddenTest
from judge.verdict import outcome_of, report_of

SUBMISSION_SECONDS = 60.0
_WORTH = 3_000_000  # numbers and other items of a wrong call, those that came back included

_State = tuple[tuple[str, int, int], ...]  # of each file: path, time of change, size


@dataclass(frozen=True)
class Asked:
    """What one check is to do. Empty names mean all; without a seed one is drawn."""

    tasks: tuple[str, ...] = ()
    tests: tuple[str, ...] = ()
    seed: int | None = None
    heed_needs: bool = True  # validation looks at each test by itself
    diagnose: bool = True
    progress: Progress | None = None
    known: Mapping[str, Outcome] = field(default_factory=dict)  # of tests that need no running


@dataclass
class Grader:
    """Grades submissions; keeps fork servers and kits warm between them."""

    jobs: int = field(default_factory=lambda: max(2, cores()))
    seconds: float = SUBMISSION_SECONDS  # for all hidden tests of one submission
    pace: float = 1.0  # times the limit of each test: for machines slower than an author's
    sandbox_for: Callable[[tuple[str, ...]], Sandbox] = default_sandbox  # given its packages
    _sandboxes: dict[tuple[str, ...], Sandbox] = field(default_factory=dict)
    _kits: dict[Challenge, tuple[Kit, _State]] = field(default_factory=dict)

    def kit(self, challenge: Challenge) -> Kit:
        """What is needed to grade `challenge`, made anew when a file of it has changed.

        Raises ChallengeError and SandboxError.
        """
        packages, state = challenge.imports, _state_of(challenge)
        if packages not in self._sandboxes:
            self._sandboxes[packages] = self.sandbox_for(packages)
            if self.sandbox_for is default_sandbox:
                launch_ahead(packages)  # while the tests are imported
        kit, known = self._kits.get(challenge, (None, None))
        if kit is None or known != state:
            kit = Kit(challenge, self._sandboxes[packages])
            self._kits[challenge] = kit, state
        return kit

    def grade(self, challenge: Challenge, submission: Submission, asked: Asked) -> Report:
        """Grade one submission. Raises UserError (ChallengeError among them) and SandboxError."""
        started = time.monotonic()
        if asked.seed is not None and asked.seed < 0:
            raise UserError(f"seed={asked.seed}: a seed is a whole number of at least 0.")
        kit = self.kit(challenge)
        kit.sandbox.start()  # from this thread: the server ends with the thread that starts it
        tests = kit.chosen(asked.tasks, asked.tests)
        seed = secrets.randbits(32) if asked.seed is None else asked.seed
        prepared = prepare(challenge, submission, kit.sandbox.worker)
        check = _Check(kit, prepared, seed, self.seconds, self.pace)
        outcomes = [] if prepared.refused else check.outcomes(tests, asked, self.jobs)
        isolation = Isolation(level=kit.sandbox.level, layers=kit.sandbox.layers)
        report = report_of(challenge, submission, seed, isolation, outcomes)
        return structs.replace(
            report,
            reason=prepared.refused or report.reason,
            verdict=Verdict.REFUSED if prepared.refused else report.verdict,
            points=Points(earned=0.0, possible=challenge.points)
            if prepared.refused
            else report.points,
            notes=prepared.notes,
            seconds=time.monotonic() - started,
        )

    def close(self) -> None:
        """End every fork server."""
        for sandbox in self._sandboxes.values():
            sandbox.close()


@dataclass
class _Check:
    """One submission of one challenge, being graded."""

    kit: Kit
    prepared: Prepared
    seed: int
    seconds: float
    pace: float
    _exchanges: dict[str, Exchange] = field(default_factory=dict)
    _small: dict[str, tuple[Exchange, ...]] = field(default_factory=dict)

    def outcomes(self, tests: Sequence[HiddenTest], asked: Asked, jobs: int) -> list[Outcome]:
        """An outcome for each test, in order."""
        names = {task.id: task.name for task in self.kit.challenge.tasks}
        absent = {id: self.prepared.missing.get(name) for id, name in names.items()}
        runnable = [test for test in tests if absent[test.task] is None]
        if self.prepared.stop is not None:
            done = _all_stopped(runnable, self.prepared.stop)
        else:
            schedule = Schedule(
                runnable,
                self._run,
                lambda test, reason: outcome_of(test, Status.NOT_RUN, reason=reason),
                self.seconds,
                progress=asked.progress,
                heed_needs=asked.heed_needs,
                known=asked.known,
            )
            done = schedule.outcomes(jobs)
        if asked.diagnose:
            done = self.kit.diagnosis.name(done, self._exchanges, self._small)
        by_name = {outcome.name: outcome for outcome in done}
        return [
            by_name.get(test.name)
            or outcome_of(test, Status.NOT_ATTEMPTED, reason=absent[test.task])
            for test in tests
        ]

    def _run(self, test: HiddenTest, cancel: Cancel) -> Outcome:
        """Run one hidden test in a fresh worker."""
        started = time.monotonic()
        stop = self._attempt(test, cancel)
        if cancel.reason is not None:
            stop = Stop(Status.NOT_RUN, reason=cancel.reason)
        try:
            return outcome_of(
                test,
                stop.status if stop else Status.PASSED,
                seconds=time.monotonic() - started,
                stop=stop,
                reason=stop.reason if stop else None,
            )
        finally:
            del stop  # its traceback leads back to here, and to all that the worker sent

    def _attempt(self, test: HiddenTest, cancel: Cancel) -> Stop | None:
        program = self.prepared.program
        assert program is not None  # noqa: S101  refused submissions run no test
        try:
            with self.kit.sandbox.worker(program.memory) as worker:
                cancel.arm(worker.kill)
                limit = test.limit * self.pace
                student = Student(worker, program, limit, _rng(self.seed, self.kit, test))
                student.with_reference(self.kit.reference())
                try:
                    student.load()
                    test.run(student)
                except Stop as stop:
                    return self._stopped(test, student, stop)
                finally:
                    cancel.disarm()
                    self._small[test.name] = tuple(student.small)
                    student.last = None  # a Student and its Remotes wait for the collector
        except SandboxError as error:
            return Stop(Status.BROKEN, reason=str(error))
        except (Exception, SystemExit) as error:  # noqa: BLE001  our fault: the report says so
            said = f"{type(error).__name__}: {error}"
            return Stop(Status.BROKEN, reason=f"{said}\n{traceback.format_exc(limit=-6)}")
        return None

    def _stopped(self, test: HiddenTest, student: Student, stop: Stop) -> Stop:
        """Complete a test's own evidence with the call it is about, and remember the exchange."""
        if stop.status is Status.FAILED and stop.evidence is not None:
            if stop.evidence.call is None:
                stop.evidence = structs.replace(stop.evidence, call=student.last_call)
            if student.last is not None and _is_worth_keeping(student.last):
                self._exchanges[test.name] = student.last
        return stop


def _is_worth_keeping(exchange: Exchange) -> bool:
    """Whether a wrong call is kept until its mistake is named: what came back may be huge."""
    return room_beside((exchange.given, exchange.value), _WORTH) >= 0


def _state_of(challenge: Challenge) -> _State:
    """What tells that a file of a challenge was changed."""
    files = [
        file for kind in ("*.py", "*.toml", "mutants/*.py") for file in challenge.folder.glob(kind)
    ]
    return tuple(
        (str(file), (stat := file.stat()).st_mtime_ns, stat.st_size) for file in sorted(files)
    )


def cores() -> int:
    """Those that this process may use, where the system tells."""
    tell = getattr(os, "sched_getaffinity", None)
    return os.cpu_count() or 1 if tell is None else len(tell(0))


def _rng(seed: int, kit: Kit, test: HiddenTest) -> np.random.Generator:
    """The generator of one test: it depends on the seed, the challenge and the test only."""
    name = hashlib.sha256(f"{kit.challenge.id}/{test.name}".encode()).digest()
    return np.random.default_rng([seed, int.from_bytes(name[:8], "big")])


def _all_stopped(tests: Sequence[HiddenTest], stop: Stop) -> list[Outcome]:
    """The outcomes when loading itself failed: the first test of a task says why."""
    outcomes = []
    seen: set[str] = set()
    for test in tests:
        if test.task in seen:
            reason = "the submission could not be loaded"
            outcomes.append(outcome_of(test, Status.NOT_RUN, reason=reason))
        else:
            outcomes.append(outcome_of(test, stop.status, stop=stop, reason=stop.reason))
        seen.add(test.task)
    return outcomes
