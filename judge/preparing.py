"""Making a submission ready: sliced and tried once in a worker, before any test runs.

The slice is made by a worker, as parsing is not for the trusted process. What comes back is the
submission's own affair: forging it changes which of its own lines run in its own workers.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from judge.challenge import Challenge, read_support
from judge.errors import TimeUp, WorkerEnded
from judge.program import Program
from judge.replies import Stop, texts
from judge.sandbox import Worker
from judge.student import Student
from judge.submission import Submission

PLAN_SECONDS = 10.0
LOAD_SECONDS = 3.0
_SHOWN = 8  # names of other functions in a message
_NOTES = 20
_LINES = 2**31  # more than any file has


@dataclass(frozen=True)
class Prepared:
    """A submission that can be loaded, or why it cannot."""

    program: Program | None = None
    refused: str | None = None
    stop: Stop | None = None  # loading ended like this
    missing: dict[str, str] = field(default_factory=dict)  # task function -> why not attempted
    found: tuple[str, ...] = ()  # functions and classes the submission defines
    notes: tuple[str, ...] = ()


def prepare(
    challenge: Challenge,
    submission: Submission,
    open_worker: Callable[[int], AbstractContextManager[Worker]],
) -> Prepared:
    """Slice the submission and load it once."""
    wanted = [task.name for task in challenge.tasks]
    memory = challenge.memory_mb << 20
    with open_worker(memory) as worker:
        ask = {
            "cells": [[cell.label, cell.source] for cell in submission.cells],
            "kind": submission.kind,
            "wanted": wanted,
        }
        try:
            reply = worker.ask("plan", ask, PLAN_SECONDS)
        except TimeUp:
            return Prepared(refused=f"The submission could not be read in {PLAN_SECONDS:g} s.")
        except WorkerEnded as ended:
            return Prepared(refused=f"The submission cannot be read as Python: {ended}.")
        plan = reply.value
        if reply.kind != "plan" or type(plan) is not dict:
            return Prepared(refused="The submission cannot be read as Python.")
        if fault := _fault(plan.get("fault"), submission):
            return Prepared(refused=fault)
        program = _program(challenge, plan, memory)
        student = Student(worker, program, LOAD_SECONDS, np.random.default_rng(0))
        return _tried(student, program, plan, submission, wanted)


def _tried(
    student: Student,
    program: Program,
    plan: dict[str, Any],
    submission: Submission,
    wanted: Sequence[str],
) -> Prepared:
    """Load it, and see which of the wanted functions are there and differ from the stub."""
    found = texts(plan.get("found"))
    notes = texts(plan.get("notes"))
    try:
        notes += student.load()
        defined, changed = student.live(wanted, submission.digests)
    except Stop as stop:
        return Prepared(program=program, stop=stop, found=found, notes=notes[:_NOTES])
    stubs = set(texts(plan.get("stubs")))
    missing = {name: _absent(name, found) for name in wanted if name not in defined}
    missing |= {name: f"{name} is still the stub" for name in wanted if name in stubs}
    notes += tuple(
        f"{name} in memory is not what your cells define: run its cell again." for name in changed
    )
    return Prepared(program=program, missing=missing, found=found, notes=notes[:_NOTES])


def _program(challenge: Challenge, plan: dict[str, Any], memory: int) -> Program:
    rows = plan.get("imports")
    rows = [row for row in rows if type(row) is list and row] if type(rows) is list else []
    imports = {row[0].split(".")[0]: None for row in rows if type(row[0]) is str}
    return Program(
        plan=plan,
        memory=memory,
        allowed=challenge.imports,
        imports=tuple(imports),
        parameters=_parameters(challenge),
        returns={task.name: task.returns for task in challenge.tasks if task.returns},
        forbidden=challenge.forbidden,
        support=read_support(challenge),
    )


def _parameters(challenge: Challenge) -> dict[str, tuple[str, ...]]:
    """Of functions by their names, of methods by class and name."""
    found = {task.name: task.parameters for task in challenge.tasks}
    for task in challenge.tasks:
        found |= {f"{task.name}.{name}": parameters for name, parameters in task.methods}
    return found


def _absent(name: str, found: Sequence[str]) -> str:
    if name in found:
        return f"the line that defines {name} raises an error, or it is deleted later"
    if not found:
        return f"{name} is not defined; the submission defines no function"
    more = ", ..." if len(found) > _SHOWN else ""
    return f"{name} is not defined; found: {', '.join(found[:_SHOWN])}{more}"


def _fault(fault: Any, submission: Submission) -> str | None:
    """A syntax error in words, with its line."""
    if type(fault) is not list or [type(part) for part in fault] != [str, int, str, str]:
        return None
    label, line, text, code = fault
    if not 0 <= line < _LINES:
        return None
    place = f"{label[:80]}, line {line}" if label else f"line {line}"
    text, code = text[:200], code[:120].strip()
    return f"{submission.origin}, {place}: {text}\n    {code}"
