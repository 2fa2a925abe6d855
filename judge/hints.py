"""Hints, one step at a time, remembered from one day to the next."""

from __future__ import annotations

from dataclasses import dataclass, replace

from judge import progress
from judge.catalogue import command, option_for
from judge.errors import UserError
from judge.manifest import Challenge, Task
from judge.progress import Tally


@dataclass(frozen=True)
class Hint:
    """One hint of a task: number `step` of `total`. `repeated` when all had been taken before.

    `earlier` are those that come before it; `solved` says that the challenge is. Where the progress
    cannot be saved, it is not `remembered` that the hint was taken. `option` ends a command for a
    challenge that is in no usual place.
    """

    challenge: str
    task: str
    step: int
    total: int
    text: str
    repeated: bool
    earlier: tuple[str, ...] = ()
    solved: bool = False
    remembered: bool = True
    option: str = ""


def take(challenge: Challenge, task_id: str | None = None, *, everything: bool) -> list[Hint]:
    """Take the next hint of a task, or all of them.

    Raises UnknownNameError, and UserError when it is not clear which task is meant.
    """
    task = _task(challenge, task_id)
    tally = progress.read().of(challenge.id)
    if not everything:
        step = progress.take_hint(challenge.id, task.id, len(task.hints))
        repeated = tally.hints.get(task.id, 0) >= len(task.hints)
        kept = progress.read().of(challenge.id).hints.get(task.id, 0)
        hint = _hint(challenge, task, step, tally, repeated=repeated)
        return [replace(hint, remembered=kept >= step)]
    for _ in task.hints:
        progress.take_hint(challenge.id, task.id, len(task.hints))
    steps = range(1, len(task.hints) + 1)
    return [_hint(challenge, task, step, tally, repeated=False) for step in steps]


def _hint(challenge: Challenge, task: Task, step: int, tally: Tally, *, repeated: bool) -> Hint:
    return Hint(
        challenge=challenge.id,
        task=task.id,
        step=step,
        total=len(task.hints),
        text=task.hints[step - 1],
        repeated=repeated,
        earlier=tuple(task.hints[: step - 1]),
        solved=tally.solved is not None,
        option=option_for(challenge.folder),
    )


def _task(challenge: Challenge, task_id: str | None) -> Task:
    if task_id is not None:
        return challenge.task(task_id)
    if len(challenge.tasks) == 1:
        return challenge.tasks[0]
    names = " or ".join(task.id for task in challenge.tasks)
    raise UserError(
        f"{challenge.id} has {len(challenge.tasks)} tasks, each with its own hints.\n"
        f"Name one: {names}. In a shell: "
        + command("hint", challenge.folder, f"--task {challenge.tasks[0].id}")
    )
