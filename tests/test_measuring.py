"""Measuring a call, and the reference beside it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from judge.errors import SandboxError
from judge.reference import Reference
from judge.replies import Stop
from judge.results import Died, Status
from judge.sandbox.process import ProcessSandbox
from judge.student import Measured, Student
from tests.students import student

# --- measuring ----------------------------------------------------------------------------------

HUNGRY = """
import numpy as np
def square(x):
    n = x.shape[0]
    small = x + 1
    scores = np.ones((n, n))
    total = scores.sum(axis=0)
    return total + small, small

def by_helper(x):
    y = helper(x)
    z = np.ones((1500, 1500)).sum()
    return y + z

def helper(x):
    return np.ones(len(x))
"""


def test_measured_bytes_are_those_of_the_call(sandbox: ProcessSandbox) -> None:
    n = 2000
    with student(sandbox, HUNGRY) as made:
        run = made.measure("square", np.ones(n))
    assert np.array_equal(run.value[0], np.full(n, n + 2.0))
    assert n * n * 8 <= run.traced_bytes < n * n * 8 + 200_000
    assert run.returned_bytes == 2 * n * 8
    assert run.resident_bytes > n * n * 8
    assert run.virtual_bytes >= run.resident_bytes
    assert 0 < run.seconds < 20


def test_without_a_trace_only_the_outside_is_seen(sandbox: ProcessSandbox) -> None:
    with student(sandbox, HUNGRY) as made:
        run = made.measure("square", np.ones(1000), trace=False, take=1)
    assert run.traced_bytes == 0
    assert run.returned_bytes == 2 * 1000 * 8
    assert run.value.shape == (1000,)


def test_inputs_and_shared_buffers_are_returned_for_free(sandbox: ProcessSandbox) -> None:
    source = """
import numpy as np
def f(x):
    y = np.ones(100)
    return x, x[::2], y, y[1:], {"again": y.reshape(10, 10)}
"""
    with student(sandbox, source) as made:
        assert made.measure("f", np.ones(1000)).returned_bytes == 800


def test_a_tracer_of_the_submissions_own_changes_nothing(sandbox: ProcessSandbox) -> None:
    source = """
import tracemalloc
import numpy as np
tracemalloc.start()
big = np.ones(3_000_000).sum()
def f():
    return np.ones(1000) * big
"""
    with student(sandbox, source) as made:
        assert made.measure("f").traced_bytes < 100_000


@pytest.mark.parametrize(
    ("function", "line"),
    [
        ("square", "line 6: scores = np.ones((n, n))"),
        ("by_helper", "line 12: z = np.ones((1500, 1500)).sum()"),
    ],
)
def test_the_line_that_allocates_most_is_named(
    sandbox: ProcessSandbox, function: str, line: str
) -> None:
    with student(sandbox, HUNGRY) as made:
        run = made.measure(function, np.ones(1000))
        assert run.find_line() == line


def test_no_line_is_named_when_the_call_fails_the_second_time(sandbox: ProcessSandbox) -> None:
    source = "calls = []\ndef f():\n    calls.append(1)\n    return 1 // (2 - len(calls))"
    with student(sandbox, source) as made:
        assert made.measure("f").find_line() is None


def test_a_worker_that_ends_after_its_answer_has_crashed(sandbox: ProcessSandbox) -> None:
    source = """
import os, struct
def f():
    header = b"\\x93\\xa8measured" + bytes([5, 0x97]) + b"\\xa1d\\xa5value\\x00\\xa6traced\\x00"
    header += b"\\xa8returned\\x00"
    os.write(3, struct.pack("<IQ", len(header), 0) + header)
    os._exit(3)
"""
    with student(sandbox, source) as made:
        stop = first_stop(made)
    assert stop is not None
    assert stop.status is Status.CRASHED


def first_stop(made: Student) -> Stop | None:
    """How measuring ends; it may be a moment before a process is gone."""
    for _ in range(3):
        try:
            made.measure("f")
        except Stop as stop:
            return stop
    return None


@pytest.mark.parametrize("traced", ["-1", "2**80", "1.5", "None", "True"])
def test_figures_that_are_no_counts_are_strange(sandbox: ProcessSandbox, traced: str) -> None:
    source = f"""
import sys
def f():
    worker = sys._getframe(1).f_globals
    worker["measure"].measured = lambda *args, **kwargs: Run
class Run:
    result, traced, returned = 1, {traced}, 0
"""
    with student(sandbox, source) as made:
        made.call("f")
        with pytest.raises(Stop) as caught:
            made.measure("f")
    assert caught.value.status is Status.CRASHED
    assert isinstance(caught.value.evidence, Died)


# --- the reference ------------------------------------------------------------------------------


def reference_of(sandbox: ProcessSandbox, source: str) -> tuple[Reference, list[int]]:
    """A Reference of `source`, and the process ids of the workers it has used."""
    used: list[int] = []

    class Opened:
        def __enter__(self) -> Student:
            self.inner = student(sandbox, source)
            made = self.inner.__enter__()
            used.append(made._worker.pid)  # type: ignore[attr-defined]  # a ForkedWorker
            return made

        def __exit__(self, *error: Any) -> None:
            self.inner.__exit__(*error)

    figures: dict[object, Measured] = {}
    return Reference(Opened, figures), used


def test_the_reference_is_measured_once_for_inputs_of_a_shape(sandbox: ProcessSandbox) -> None:
    reference, used = reference_of(sandbox, HUNGRY)
    first = reference.measure("square", np.ones(1000), take=0)
    again = reference.measure("square", np.zeros(1000), take=0)
    other = reference.measure("square", np.zeros(10), take=0)
    fast = reference.measure("square", np.zeros(10), take=0, trace=False)
    assert again is first
    assert first.value is None
    assert first.find_line() is None
    assert first.traced_bytes > 8_000_000 > other.traced_bytes > 0 == fast.traced_bytes
    assert len(set(used)) == 3


def test_the_reference_gets_what_the_test_has_put(sandbox: ProcessSandbox) -> None:
    reference, _ = reference_of(sandbox, HUNGRY)
    with student(sandbox, HUNGRY) as made:
        made.with_reference(reference)
        x = made.put(np.ones(1000), "strided")
        run = made.measure("square", x)
        lean = made.reference.measure("square", x)
        assert abs(run.traced_bytes - lean.traced_bytes) < 100_000
        with pytest.raises(LookupError, match="result of the student's"):
            made.reference.measure("square", made.keep("square", x))


def test_a_reference_that_fails_is_our_fault(sandbox: ProcessSandbox) -> None:
    reference, _ = reference_of(sandbox, "def f(): raise ValueError('ours')")
    with pytest.raises(SandboxError, match="ours"):
        reference.measure("f")


def test_a_student_without_a_reference_says_so(sandbox: ProcessSandbox) -> None:
    with student(sandbox, HUNGRY) as made, pytest.raises(LookupError, match="reference"):
        made.reference.measure("square")
