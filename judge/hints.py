"""Hints, one step at a time, remembered from one day to the next."""

from __future__ import annotations

from dataclasses import dataclass

from judge import progress
from judge.errors import UserError
from judge.manifest import Challenge, Task


@dataclass(frozen=True)
class Hint:
    """One hint of a task: number `step` of `total`. `repeated` when all had been taken before."""

    challenge: str
    task: str
    step: int
    total: int
    text: str
    repeated: bool


def take(challenge: Challenge, task_id: str | None = None, *, everything: bool) -> list[Hint]:
    """Take the next hint of a task, or all of them.

    Raises UnknownNameError, and UserError when it is not clear which task is meant.
    """
    task = _task(challenge, task_id)
    if not everything:
        return [_next(challenge, task)]
    for _ in task.hints:
        _next(challenge, task)
    steps = range(1, len(task.hints) + 1)
    return [_hint(challenge, task, step, repeated=False) for step in steps]


def _next(challenge: Challenge, task: Task) -> Hint:
    before = progress.read().of(challenge.id).hints.get(task.id, 0)
    step = progress.take_hint(challenge.id, task.id, len(task.hints))
    return _hint(challenge, task, step, repeated=before >= len(task.hints))


def _hint(challenge: Challenge, task: Task, step: int, *, repeated: bool) -> Hint:
    total = len(task.hints)
    return Hint(challenge.id, task.id, step, total, task.hints[step - 1], repeated)


def _task(challenge: Challenge, task_id: str | None) -> Task:
    if task_id is not None:
        return challenge.task(task_id)
    if len(challenge.tasks) == 1:
        return challenge.tasks[0]
    names = " or ".join(task.id for task in challenge.tasks)
    raise UserError(
        f"{challenge.id} has {len(challenge.tasks)} tasks, each with its own hints.\n"
        f"Name one: {names}. In a shell: judge hint {challenge.id} --task {challenge.tasks[0].id}"
    )
