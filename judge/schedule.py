"""Running hidden tests over the cores: what may start, what is left out, when to stop.

Tests that may take longest start first, because the last one to end decides how long a check takes.
A test waits for those it needs; when one of them does not pass, it is not run. After the second
*exceeded* in a task the rest of it is not run, so that an endless loop is reported soon.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from judge.results import Outcome, Status
from judge.testing.marks import HiddenTest

EXCEEDED_AT_MOST = 2
_TICK = 0.05  # seconds between looks at the clock

Run = Callable[[HiddenTest, "Cancel"], Outcome]
Skip = Callable[[HiddenTest, str], Outcome]
Progress = Callable[[Sequence[str], int, int], None]  # running titles, done, all


class Cancel:
    """Lets the schedule end a test that is running: it kills the worker."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kill: Callable[[], None] | None = None
        self._over = False
        self.reason: str | None = None  # why the test was ended; None when it was not

    def arm(self, kill: Callable[[], None]) -> None:
        """From now on, `kill` ends the test."""
        with self._lock:
            self._kill = kill
            late = self.reason is not None
        if late:
            kill()

    def disarm(self) -> None:
        """The test is over: whatever its outcome, it stands."""
        with self._lock:
            self._over = True

    def __call__(self, reason: str) -> None:
        """End the test, now or as soon as it is armed."""
        with self._lock:
            if self._over:
                return
            self.reason = reason
            if self._kill is not None:
                self._kill()


@dataclass
class Schedule:
    """One run of a list of tests on `jobs` threads."""

    tests: Sequence[HiddenTest]
    run: Run
    skip: Skip
    seconds: float
    progress: Progress | None = None
    heed_needs: bool = True
    known: Mapping[str, Outcome] = field(default_factory=dict)  # of tests that need no running
    _outcomes: dict[str, Outcome] = field(default_factory=dict)
    _running: dict[str, Cancel] = field(default_factory=dict)
    _failure: BaseException | None = None

    def __post_init__(self) -> None:
        self._change = threading.Condition()
        self._waiting = sorted(self.tests, key=lambda test: -test.limit)
        self._asked = {test.name for test in self.tests}
        for test in self.tests:
            if test.name in self.known:
                self._waiting.remove(test)
                self._outcomes[test.name] = self.known[test.name]
        with self._change:
            for task in {test.task for test in self.tests}:
                self._after_exceeded(task)

    def outcomes(self, jobs: int) -> list[Outcome]:
        """Run everything; the outcomes in the order of `tests`.

        An exception of the caller's thread (Interrupt) kills what runs and is raised again, and so
        is one that `run` raises.
        """
        threads = [threading.Thread(target=self._work, daemon=True) for _ in range(jobs)]
        for thread in threads:
            thread.start()
        try:
            self._watch()
        except BaseException:
            self._give_up("the check was interrupted")
            raise
        else:
            self._give_up("the check broke off")  # only after a failure is something still running
        finally:
            for thread in threads:
                thread.join()
        if self._failure is not None:
            raise self._failure
        return [self._outcomes[test.name] for test in self.tests]

    def _watch(self) -> None:
        """Wait for the end, show progress, and keep the budget of the whole submission."""
        deadline = time.monotonic() + self.seconds
        shown: tuple[str, ...] | None = None
        while True:
            with self._change:
                if shown == self._titles() and not self._over():
                    self._change.wait(_TICK)
                if self._over():
                    return
                titles, done = self._titles(), len(self._outcomes)
            if self.progress is not None and titles != shown:
                self.progress(titles, done, len(self.tests))
            shown = titles
            if time.monotonic() > deadline:
                self._give_up(f"the submission used its {self.seconds:g} s")

    def _over(self) -> bool:
        return len(self._outcomes) == len(self.tests) or self._failure is not None

    def _titles(self) -> tuple[str, ...]:
        """What is running, in the order of the tests."""
        return tuple(test.title for test in self.tests if test.name in self._running)

    def _give_up(self, reason: str) -> None:
        with self._change:
            self._leave_out(self._waiting, reason)
            for cancel in self._running.values():
                cancel(reason)

    # --- the threads ---------------------------------------------------------------------------

    def _work(self) -> None:
        try:
            while (test := self._next()) is not None:
                outcome = self.run(test, self._running[test.name])
                self._finish(test, outcome)
        except BaseException as error:  # noqa: BLE001  raised again by the caller's thread
            with self._change:
                self._failure = error
                self._waiting.clear()
                self._change.notify_all()

    def _next(self) -> HiddenTest | None:
        """The next test that may start, marked as running; None when there is nothing left."""
        with self._change:
            while True:
                self._drop_hopeless()
                for test in self._waiting:
                    if self._ready(test):
                        self._waiting.remove(test)
                        self._running[test.name] = Cancel()
                        self._change.notify_all()
                        return test
                if not self._waiting:
                    return None
                self._change.wait(_TICK)

    def _ready(self, test: HiddenTest) -> bool:
        return not self._needs(test) or all(need in self._outcomes for need in self._needs(test))

    def _needs(self, test: HiddenTest) -> list[str]:
        return [need for need in test.needs if need in self._asked] if self.heed_needs else []

    def _drop_hopeless(self) -> None:
        for test in list(self._waiting):
            for need in self._needs(test):
                outcome = self._outcomes.get(need)
                if outcome is not None and outcome.status is not Status.PASSED:
                    self._leave_out([test], f"it needs `{outcome.title}`, which did not pass")
                    break

    def _leave_out(self, tests: Sequence[HiddenTest], reason: str) -> None:
        for test in list(tests):
            self._waiting.remove(test)
            self._outcomes[test.name] = self.skip(test, reason)
        self._change.notify_all()

    def _finish(self, test: HiddenTest, outcome: Outcome) -> None:
        with self._change:
            del self._running[test.name]
            self._outcomes[test.name] = outcome
            if outcome.status is Status.EXCEEDED:
                self._after_exceeded(test.task)
            self._change.notify_all()

    def _after_exceeded(self, task: str) -> None:
        found = [o for o in self._outcomes.values() if o.task == task]
        if sum(o.status is Status.EXCEEDED for o in found) < EXCEEDED_AT_MOST:
            return
        reason = f"{EXCEEDED_AT_MOST} tests of this task had already gone over a limit"
        self._leave_out([test for test in self._waiting if test.task == task], reason)
        tasks = {test.name: test.task for test in self.tests}
        for name, cancel in self._running.items():
            if tasks[name] == task:
                cancel(reason)
