"""The schedule: what may start, what is left out, when everything stops."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from judge.results import Outcome, Status
from judge.schedule import Cancel, Schedule
from judge.testing.marks import HiddenTest
from judge.verdict import outcome_of

PATIENCE = 20.0  # seconds: reached only when something is broken


def hidden(name: str, *needs: str, task: str = "a", limit: float = 2.0) -> HiddenTest:
    return HiddenTest(
        task=task,
        name=name,
        title=name.replace("_", " "),
        about="",
        points=1.0,
        group="core",
        visibility="public",
        needs=needs,
        aspect="",
        limit=limit,
        run=lambda _: None,
    )


@dataclass
class Stage:
    """Runs tests by what `acts` says, and remembers what happened."""

    acts: dict[str, Callable[[HiddenTest, Cancel], Status]] = field(default_factory=dict)
    ran: list[str] = field(default_factory=list)
    shown: list[tuple[tuple[str, ...], int, int]] = field(default_factory=list)

    def run(self, test: HiddenTest, cancel: Cancel) -> Outcome:
        self.ran.append(test.name)
        act = self.acts.get(test.name)
        status = act(test, cancel) if act else Status.PASSED
        cancel.disarm()
        if cancel.reason is not None:
            return outcome_of(test, Status.NOT_RUN, reason=cancel.reason)
        return outcome_of(test, status)

    def skip(self, test: HiddenTest, reason: str) -> Outcome:
        return outcome_of(test, Status.NOT_RUN, reason=reason)

    def progress(self, running: Sequence[str], done: int, total: int) -> None:
        self.shown.append((tuple(running), done, total))

    def outcomes(
        self, tests: Sequence[HiddenTest], jobs: int = 1, seconds: float = PATIENCE, **more: Any
    ) -> dict[str, Outcome]:
        schedule = Schedule(tests, self.run, self.skip, seconds, **more)
        found = schedule.outcomes(jobs)
        assert [outcome.name for outcome in found] == [test.name for test in tests]
        assert threading.active_count() == THREADS
        return {outcome.name: outcome for outcome in found}


THREADS = threading.active_count()


@pytest.fixture(autouse=True)
def _count() -> None:
    global THREADS
    THREADS = threading.active_count()


def gives(status: Status) -> Callable[[HiddenTest, Cancel], Status]:
    return lambda _test, _cancel: status


def until_killed(started: threading.Event | None = None) -> Callable[[HiddenTest, Cancel], Status]:
    """Runs until the schedule kills it."""

    def act(_test: HiddenTest, cancel: Cancel) -> Status:
        killed = threading.Event()
        cancel.arm(killed.set)
        if started is not None:
            started.set()
        assert killed.wait(PATIENCE)
        return Status.CRASHED

    return act


@pytest.mark.parametrize("jobs", [1, 2, 5])
def test_every_test_runs_once_and_outcomes_keep_their_order(jobs: int) -> None:
    stage = Stage()
    tests = [hidden(f"t{n}", limit=1 + n % 3) for n in range(20)]
    found = stage.outcomes(tests, jobs)
    assert sorted(stage.ran) == sorted(found)
    assert all(outcome.status is Status.PASSED for outcome in found.values())


def test_there_may_be_nothing_to_run() -> None:
    assert Stage().outcomes([]) == {}


def test_tests_that_may_take_longest_start_first() -> None:
    stage = Stage()
    stage.outcomes([hidden("short", limit=1), hidden("long", limit=9), hidden("middle", limit=5)])
    assert stage.ran == ["long", "middle", "short"]


def test_a_test_waits_for_those_it_needs() -> None:
    stage = Stage()
    stage.outcomes([hidden("last", "middle", limit=9), hidden("middle", "first"), hidden("first")])
    assert stage.ran == ["first", "middle", "last"]


@pytest.mark.parametrize("status", [s for s in Status if s is not Status.PASSED])
def test_when_a_need_does_not_pass_what_needs_it_is_not_run(status: Status) -> None:
    stage = Stage({"values_are_right": gives(status)})
    tests = [hidden("values_are_right"), hidden("b", "values_are_right"), hidden("c", "b")]
    found = stage.outcomes(tests, 2)
    assert stage.ran == ["values_are_right"]
    assert found["b"].reason == "it needs `values are right`, which did not pass"
    assert found["c"].reason == "it needs `b`, which did not pass"
    assert found["c"].status is Status.NOT_RUN


def test_needs_that_were_not_asked_for_are_not_waited_for() -> None:
    stage = Stage()
    assert stage.outcomes([hidden("b", "absent")])["b"].status is Status.PASSED


def test_needs_can_be_ignored() -> None:
    stage = Stage({"a": gives(Status.FAILED)})
    found = stage.outcomes([hidden("a"), hidden("b", "a")], heed_needs=False)
    assert found["b"].status is Status.PASSED


def test_after_the_second_exceeded_the_rest_of_its_task_is_left_out() -> None:
    stage = Stage({name: gives(Status.EXCEEDED) for name in ("t0", "t1", "t2")})
    tests = [hidden(f"t{n}", limit=9 - n) for n in range(4)]
    tests += [hidden(f"o{n}", task="other", limit=1) for n in range(2)]
    found = stage.outcomes(tests)
    assert stage.ran == ["t0", "t1", "o0", "o1"]
    reason = "2 tests of this task had already gone over a limit"
    assert [found[name].reason for name in ("t0", "t2", "t3", "o0")] == [None, reason, reason, None]


def test_the_second_exceeded_ends_what_runs_in_its_task_only() -> None:
    started = threading.Event()
    left = threading.Event()

    def after_start(_test: HiddenTest, _cancel: Cancel) -> Status:
        assert started.wait(PATIENCE)
        return Status.EXCEEDED

    def other(_test: HiddenTest, cancel: Cancel) -> Status:
        killed = threading.Event()
        cancel.arm(killed.set)
        assert left.wait(PATIENCE)
        assert not killed.is_set()
        return Status.PASSED

    def running(test: HiddenTest, cancel: Cancel) -> Status:
        status = until_killed(started)(test, cancel)
        left.set()
        return status

    stage = Stage({"r": running, "e1": after_start, "e2": after_start, "o": other})
    tests = [hidden("r", limit=9), hidden("o", task="other", limit=8), hidden("e1"), hidden("e2")]
    found = stage.outcomes(tests, jobs=3)
    assert found["r"].status is Status.NOT_RUN
    assert found["r"].reason == "2 tests of this task had already gone over a limit"
    assert found["o"].status is Status.PASSED


def test_a_test_that_is_over_keeps_its_outcome() -> None:
    cancel = Cancel()
    kills: list[int] = []
    cancel.arm(lambda: kills.append(1))
    cancel.disarm()
    cancel("too late")
    assert (cancel.reason, kills) == (None, [])


def test_a_test_cancelled_before_it_is_armed_ends_at_once() -> None:
    cancel = Cancel()
    cancel("early")
    kills: list[int] = []
    cancel.arm(lambda: kills.append(1))
    assert (cancel.reason, kills) == ("early", [1])


def test_when_the_time_of_a_submission_is_up_everything_ends() -> None:
    stage = Stage({"a": until_killed()})
    found = stage.outcomes([hidden("a", limit=9), hidden("b"), hidden("c", "b")], seconds=0.1)
    assert stage.ran == ["a"]
    assert {outcome.reason for outcome in found.values()} == {"the submission used its 0.1 s"}


def test_an_interrupt_kills_what_runs_and_is_raised_again() -> None:
    started = threading.Event()
    stage = Stage({"a": until_killed(started)})

    def interrupt(running: Sequence[str], done: int, total: int) -> None:
        if "a" in running:
            assert started.wait(PATIENCE)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        stage.outcomes([hidden("a", limit=9), hidden("b")], progress=interrupt)
    assert stage.ran == ["a"]
    assert threading.active_count() == THREADS


def test_a_run_that_raises_ends_the_rest_and_is_raised_again() -> None:
    started = threading.Event()

    def broken(_test: HiddenTest, _cancel: Cancel) -> Status:
        assert started.wait(PATIENCE)
        raise LookupError("ours")

    stage = Stage({"a": until_killed(started), "b": broken})
    tests = [hidden("a", limit=9), hidden("b", limit=8), hidden("c")]
    with pytest.raises(LookupError, match="ours"):
        stage.outcomes(tests, jobs=2)
    assert sorted(stage.ran) == ["a", "b"]
    assert threading.active_count() == THREADS


def test_progress_tells_what_runs_and_how_far_it_is() -> None:
    shown = threading.Event()

    def wait(_test: HiddenTest, _cancel: Cancel) -> Status:
        assert shown.wait(PATIENCE)
        shown.clear()
        return Status.PASSED

    stage = Stage({"first_one": wait, "second_one": wait})

    def progress(running: Sequence[str], done: int, total: int) -> None:
        stage.progress(running, done, total)
        if running:
            shown.set()

    stage.outcomes([hidden("first_one"), hidden("second_one")], progress=progress)
    told = [entry for entry in stage.shown if entry[0]]
    assert told == [(("first one",), 0, 2), (("second one",), 1, 2)]


# --- what is known already ----------------------------------------------------------------------


def test_a_known_outcome_is_taken_and_its_test_not_run() -> None:
    stage = Stage()
    tests = [hidden("values"), hidden("shapes"), hidden("memory", "values")]
    known = {"values": outcome_of(tests[0], Status.FAILED)}
    found = stage.outcomes(tests, known=known)
    assert found["values"] is known["values"]
    assert found["memory"].status is Status.NOT_RUN
    assert stage.ran == ["shapes"]


def test_when_everything_is_known_nothing_runs() -> None:
    stage = Stage()
    tests = [hidden("values"), hidden("shapes")]
    known = {test.name: outcome_of(test, Status.PASSED) for test in tests}
    assert stage.outcomes(tests, known=known) == known
    assert stage.ran == []


def test_known_outcomes_that_exceeded_end_their_task() -> None:
    stage = Stage()
    tests = [hidden("a"), hidden("b"), hidden("c"), hidden("d", task="other")]
    known = {test.name: outcome_of(test, Status.EXCEEDED) for test in tests[:2]}
    found = stage.outcomes(tests, known=known)
    assert found["c"].status is Status.NOT_RUN
    assert stage.ran == ["d"]
