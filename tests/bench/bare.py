"""The same calls, oracles and reference runs, bare: one process, one thread, nothing in between."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np

from judge.challenge import Challenge, load_tests, reference_submission
from judge.reference import Reference
from judge.sandbox import Peaks
from judge.student import Program, Student
from judge.wire import Message
from judge.worker import __main__ as real
from judge.worker import slicing


class BareWorker(real.Worker):
    """The real worker, called as a function: no wire, no process, no limits."""

    charged = 0.0

    def __init__(self) -> None:
        super().__init__(-1)
        self._going = Message("go", 0, None)

    def ask(self, kind: str, value: dict[str, Any] | None, seconds: float) -> Message:
        """The answer; a measured call is made at `go`."""
        if kind == "measure":
            return Message("ready", 0, None)
        if kind == "go":
            self._going = Message("go", 0, value)
            kind = "measure"
        reply, found = self._answer(Message(kind, 0, value))
        return Message(reply, 0, found)

    def _reply(self, kind: str, value: object) -> None:
        """Nobody to reply to."""

    def _next(self) -> Message:
        return self._going

    def clear_peaks(self) -> None:
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")

    def peaks(self) -> Peaks:
        """As small as can be: this process holds more than a worker, and nothing is judged here."""
        return Peaks(0, 0)


def bare_seconds(challenge: Challenge, seed: int) -> float:
    """Seconds for all hidden tests on the reference, one after another."""
    submission = reference_submission(challenge)
    cells = [(cell.label, cell.source) for cell in submission.cells]
    plan = slicing.make_plan(cells, "notebook", [task.name for task in challenge.tasks])
    program = Program(
        plan=slicing.plan_to_plain(plan),
        memory=1 << 40,
        allowed=challenge.imports,
        imports=("numpy", "math"),
        parameters={task.name: task.parameters for task in challenge.tasks},
        returns={task.name: task.returns for task in challenge.tasks},
    )
    figures: dict[object, Any] = {}

    @contextmanager
    def opened() -> Iterator[Student]:
        student = Student(BareWorker(), program, 1e9, np.random.default_rng(seed))
        student.load()
        yield student.with_reference(Reference(opened, figures))

    with patch("judge.worker.loading.install_judge_stub"):
        for test in load_tests(challenge):  # once to warm up, as the real one is
            _run(test, opened)
        started = time.perf_counter()
        for test in load_tests(challenge):
            _run(test, opened)
        return time.perf_counter() - started


def _run(test: Any, opened: Any) -> None:
    with opened() as student:
        test.run(student)
