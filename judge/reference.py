"""The reference solution, measured beside a student's: what a task needs, on this machine."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Any

from judge.calls import Take, exchanged, shape_of
from judge.errors import SandboxError
from judge.program import Measured
from judge.remotes import Remote
from judge.replies import Stop
from judge.student import Student


class Reference:
    """The reference solution: each call runs in a fresh worker, and its figures are remembered."""

    def __init__(
        self,
        open_student: Callable[[], AbstractContextManager[Student]],
        figures: dict[object, Measured],
    ) -> None:
        self._open = open_student
        self._figures = figures

    def measure(
        self, name: str, /, *args: Any, take: Take = None, trace: bool = True, **kwargs: Any
    ) -> Measured:
        """The figures of a call with arguments of these shapes; the value itself is dropped.

        What a test has put into the student's worker is measured by its plain value. Raises
        SandboxError when the reference fails, and LookupError for what only that worker has.
        """
        args, kwargs = exchanged((args, kwargs), Remote, _put)
        key = (name, shape_of((args, kwargs)), take, trace)
        if key not in self._figures:
            try:
                with self._open() as student:
                    run = student.measure(name, *args, take=take, trace=trace, **kwargs)
            except Stop as stop:
                raise SandboxError(
                    f"The reference does not get through {name}: {stop.status} {stop.evidence}"
                ) from None
            self._figures[key] = replace(run, value=None, find_line=lambda: None)
        return self._figures[key]


def _put(remote: Remote) -> Any:
    """What the test has put into the student's worker."""
    if remote.known is None:
        raise LookupError("the reference cannot take a result of the student's: pass its value")
    return remote.known
