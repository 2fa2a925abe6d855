"""What grading one challenge needs, made once and kept: tests, reference, its figures, mutants."""

from __future__ import annotations

import contextlib
import gc
from collections.abc import Iterator, Sequence

import numpy as np

from judge.catalogue import command
from judge.challenge import Challenge, load_tests, reference_submission
from judge.diagnosis import Diagnosis
from judge.errors import SandboxError, UnknownNameError, UserError
from judge.preparing import prepare
from judge.program import Measured, Program
from judge.reference import Reference
from judge.sandbox import Sandbox
from judge.student import Student
from judge.testing.marks import HiddenTest

REFERENCE_SECONDS = 60.0


class Kit:
    """What grading one challenge needs, made once: tests, reference, its figures, mutants."""

    def __init__(self, challenge: Challenge, sandbox: Sandbox) -> None:
        self.challenge = challenge
        self.sandbox = sandbox
        if challenge.profile == "torch":
            _with_torch()
        self.tests = load_tests(challenge)
        self.diagnosis = Diagnosis(challenge)
        self._program: Program | None = None
        self._figures: dict[object, Measured] = {}

    def reference(self) -> Reference:
        return Reference(self._open_reference, self._figures)

    @contextlib.contextmanager
    def _open_reference(self) -> Iterator[Student]:
        if self._program is None:
            ready = prepare(
                self.challenge, reference_submission(self.challenge), self.sandbox.worker
            )
            if ready.program is None or ready.stop is not None:
                raise SandboxError(f"The reference of {self.challenge.id} does not load.")
            self._program = ready.program
        with self.sandbox.worker(self._program.memory) as worker:
            student = Student(worker, self._program, REFERENCE_SECONDS, np.random.default_rng(0))
            student.load()
            yield student

    def chosen(self, tasks: Sequence[str], tests: Sequence[str]) -> list[HiddenTest]:
        """The tests asked for, in order; no names mean all. Raises UserError."""
        for id in tasks:
            self.challenge.task(id)
        known = [test.name for test in self.tests]
        for name in tests:
            if name not in known:
                listing = f"`{command('show', self.challenge.folder)}` lists its tests."
                raise UnknownNameError("hidden test", name, known, listing)
        chosen = [
            test
            for test in self.tests
            if (not tasks or test.task in tasks) and (not tests or test.name in tests)
        ]
        if not chosen:
            raise UserError(
                f"No hidden test called {' or '.join(tests)} belongs to {' or '.join(tasks)}.\n"
                "Leave out the task: the name of a test is enough."
            )
        return chosen


def _with_torch() -> None:
    """Let tensors come in. Raises UserError where there is no torch."""
    gc.disable()  # an import drops next to nothing: looking for it takes a third of its time
    try:
        from judge import tensors
    except ImportError:
        raise UserError(
            "This challenge needs torch, which is not installed here.\n"
            'Install it: pip install "flashjudge[torch]"'
        ) from None
    finally:
        gc.enable()
    tensors.enable()
