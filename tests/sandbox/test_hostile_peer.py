"""Whatever a peer sends, the trusted side comes to a clean outcome, in time and in little memory.

The trusted side is the real one, up to `Student` and `prepare`; a fake peer is at the other end of
its socket. Each case is drawn from a fixed seed; a failure names its number.
"""

from __future__ import annotations

import contextlib
import random
import time
import traceback
import tracemalloc
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import msgspec
import numpy as np
import pytest
import torch

from judge import tensors, wire
from judge.calls import Recorded
from judge.errors import WorkerEnded
from judge.manifest import Challenge
from judge.preparing import Prepared, prepare
from judge.remotes import State
from judge.replies import Stop
from judge.results import Status
from judge.student import Measured, Program, Remote, Student
from tests import doubling
from tests.sandbox.hostile_peer import LIMITS, Guarded, Peer, Script
from tests.sandbox.lies import HONEST, QUICK, Draw, T, X, callbacks, endless, frame
from tests.sandbox.processes import descriptors

SEED = 20_260_314
SLOW_SHARE = 33  # one case in so many waits for its deadline
SECONDS = 5.0  # no other case waits for anything
SHORT = 0.05
PATIENCE = 2.0  # beyond the deadline, for a machine that does other things as well
# From a byte of a header come at most a list of one empty list, twice: node and value. A bool
# array is copied once; a character may take four bytes. The rest is requests and evidence.
MEMORY = 100 * LIMITS.header + 2 * LIMITS.payload + 5 * LIMITS.texts + 500_000
PROGRAM = Program(
    plan={"cells": []},
    memory=1 << 28,
    allowed=("numpy",),
    imports=(),
    parameters={"f": ("x",)},
    returns={"f": ("y", "cache")},
)
PLAIN = (type(None), bool, int, float, complex, str, bytes, wire.Function)


@dataclass
class Side:
    """The trusted side of one case."""

    worker: Guarded
    seconds: float
    challenge: Challenge

    @property
    def student(self) -> Student:
        return Student(self.worker, PROGRAM, self.seconds, np.random.default_rng(0))

    def plan(self) -> Prepared:
        submission = doubling.script(doubling.RIGHT_TWICE)
        return prepare(self.challenge, submission, lambda _: contextlib.nullcontext(self.worker))

    def measure(self) -> list[Any]:
        run = self.student.measure("f", X)
        return [run, run.find_line()]

    def put(self) -> list[Any]:
        kept = self.student.put(X)
        return [kept, kept.get(), kept.part(0)]

    def keep(self) -> list[Any]:
        kept = self.student.keep("f", X)
        return [kept, kept.get("cache.L")]

    def object(self) -> list[Any]:
        layer = self.student.make("Layer", 3)
        state = layer.state()
        layer.set("w", T)
        return [state, layer.vjp("forward", [X], T)]

    def callback(self) -> Any:
        echo = Recorded(lambda *args, **kwargs: [args, kwargs])
        return self.student.call("f", echo)


ACTIONS: dict[str, Callable[[Side], Any]] = {
    "plan": Side.plan,
    "load": lambda side: side.student.load(),
    "call": lambda side: side.student.call("f", X, take="y"),
    "many": lambda side: side.student.call_many("f", [(X,), (X,)]),
    "measure": Side.measure,
    "put": Side.put,
    "keep": Side.keep,
    "vjp": lambda side: side.student.vjp("f", [T], T),
    "object": Side.object,
    "live": lambda side: side.student.live(["f"], {"f": "v1:0"}),
    "random": lambda side: side.student.random_state(),
    "callback": Side.callback,
}


@pytest.fixture(scope="module")
def peer() -> Iterator[Peer]:
    before = list(wire.TENSORS)
    tensors.enable()
    with Peer() as made:
        yield made
    wire.TENSORS[:] = before


@pytest.fixture
def traced() -> Iterator[None]:
    tracemalloc.start()
    yield
    tracemalloc.stop()


def drawn(number: int) -> tuple[str, str, Script, float]:
    """Case `number`: its family, its action, its script, its deadline."""
    chance = random.Random(SEED + number)  # noqa: S311  drawn again in the same way
    slow = number % SLOW_SHARE == 0
    action = chance.choice([name for name in ACTIONS if name != "plan" or not slow])
    family = endless if slow else chance.choice(QUICK)
    if family is callbacks and chance.random() < 0.8:
        action = "callback"  # else there is no function to call
    return family.__name__, action, family(Draw(chance, action)), SHORT if slow else SECONDS


def outcome(side: Side, action: str) -> Any:
    """What the trusted side makes of it; anything that is no clean outcome is raised."""
    try:
        return ACTIONS[action](side)
    except (Stop, WorkerEnded) as ended:
        return ended


def fault(value: Any) -> str | None:
    """What is wrong about an outcome."""
    if isinstance(value, WorkerEnded):
        return None
    if isinstance(value, Stop):
        length = len(msgspec.json.encode(value.evidence)) + len(value.reason or "")
        clean = value.status in Status and value.status is not Status.PASSED
        return None if clean and length < 20_000 else f"{value.status}, {length} bytes of evidence"
    if isinstance(value, Prepared):
        said = (value.refused or "", *value.missing.values(), *value.notes)
        return None if max(map(len, said)) < 3000 else "a message without end"
    return None if _is_plain(value) else f"a value of type {type(value).__name__}"


def _is_plain(value: Any) -> bool:
    """Whether everything in it is of the closed set, exactly."""
    if isinstance(value, Measured):
        return _is_plain(value.value) and value.resident_bytes > 0
    if isinstance(value, State):
        return _is_plain(vars(value))
    if type(value) is torch.Tensor:
        return str(value.dtype).removeprefix("torch.") in tensors.SIZES and value.is_leaf
    if type(value) in (list, tuple):
        return all(map(_is_plain, value))
    if type(value) is dict:
        return all(_is_plain(part) for item in value.items() for part in item)
    if isinstance(value, np.ndarray | np.generic):
        return value.dtype.name in wire.DTYPES and type(np.asarray(value)) is np.ndarray
    return type(value) in (*PLAIN, Remote)


def problems(peer: Peer, challenge: Challenge, number: int) -> Iterator[str]:
    """What is wrong about the end of one case, in words."""
    family, action, script, seconds = drawn(number)
    tracemalloc.reset_peak()
    before, _ = tracemalloc.get_traced_memory()
    started = time.monotonic()
    name = f"case {number} ({family}, {action})"
    try:
        with peer.worker(script, (None, -9, 3)[number % 3]) as worker:
            found = outcome(Side(worker, seconds, challenge), action)
            taken = time.monotonic() - started
    except Exception:  # noqa: BLE001  each case is told with its number
        yield f"{name}: {traceback.format_exc(limit=-4)}"
        return
    _, peak = tracemalloc.get_traced_memory()
    if peak - before > MEMORY:
        yield f"{name}: {peak - before} bytes"
    if taken > seconds + PATIENCE:
        yield f"{name}: {taken:.2f} s"
    if (said := fault(found)) is not None:
        yield f"{name}: {said}"


def run(peer: Peer, challenge: Challenge, cases: range) -> list[str]:
    before = descriptors()
    wrong = [text for number in cases for text in problems(peer, challenge, number)]
    return wrong if descriptors() == before else [*wrong, "descriptors stay open"]


# --- the tests ------------------------------------------------------------------------------------


@pytest.mark.parametrize("action", HONEST)
def test_an_honest_peer_is_understood(peer: Peer, challenge: Challenge, action: str) -> None:
    """The control: without a lie, every action comes to its value."""
    script = Script(tuple(Draw(random.Random(0), action).honest()))  # noqa: S311  nothing is drawn
    with peer.worker(script, None) as worker:
        found = outcome(Side(worker, SECONDS, challenge), action)
    assert not isinstance(found, Stop | WorkerEnded), vars(found)
    assert fault(found) is None
    if isinstance(found, Prepared):
        assert (found.refused, found.stop, found.missing) == (None, None, {})


@pytest.mark.usefixtures("traced")
def test_a_thousand_lies_end_cleanly(peer: Peer, challenge: Challenge) -> None:
    assert run(peer, challenge, range(1_000)) == []


@pytest.mark.slow
@pytest.mark.usefixtures("traced")
def test_ten_thousand_lies_end_cleanly(peer: Peer, challenge: Challenge) -> None:
    assert run(peer, challenge, range(1_000, 11_000)) == []


def test_calls_back_without_end_use_up_the_time_of_the_test(
    peer: Peer, challenge: Challenge
) -> None:
    ask = {"id": 0, "args": (), "kwargs": {}}
    parts = tuple(frame("callback", number, ask) for number in range(1, 100_000))
    with peer.worker(Script(parts), None) as worker:
        found = outcome(Side(worker, SHORT, challenge), "callback")
    assert isinstance(found, Stop)
    assert found.status is Status.EXCEEDED


@pytest.mark.parametrize("early", [True, False])
def test_an_answer_before_its_question_is_refused(
    peer: Peer, challenge: Challenge, early: bool
) -> None:
    first, second = (frame("value", number, X) for number in (1, 2))
    script = Script((second,), early=first) if early else Script((first + second,))
    with peer.worker(script, None) as worker:
        student = Side(worker, SECONDS, challenge).student
        if not early:
            student.call("f", X)
        with pytest.raises(Stop) as caught:
            student.call("f", X)
    assert "an answer to no question" in str(caught.value.evidence)
