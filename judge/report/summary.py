"""What a report comes to, in a few sentences that the terminal and the notebook share."""

from __future__ import annotations

import json
import os
import shlex
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Literal

from judge.errors import UnknownNameError
from judge.report import figures
from judge.report.clean import one_line
from judge.report.message import WORDS
from judge.results import KERNEL, Outcome, Report, Status, TaskResult, Verdict

VERDICTS = {
    Verdict.PASSED: "passed",
    Verdict.FAILED: "FAILED",
    Verdict.NOT_ATTEMPTED: "not attempted",
    Verdict.REFUSED: "refused",
    Verdict.BROKEN: "broken",
}
_NOTE = 200
_TYPED = 200  # letters of a path that somebody may still type
_OWN = (Status.FAILED, Status.CRASHED, Status.EXCEEDED)  # what the student's code did wrong
_UNTOUCHED = {Status.NOT_ATTEMPTED, Status.NOT_RUN}  # the latter wait for the former


@dataclass(frozen=True)
class TaskTests:
    """A task and its tests, in the order of the report."""

    task: TaskResult
    tests: tuple[Outcome, ...]

    @property
    def untouched(self) -> bool:
        """Whether nothing of the task was written, so that one line says all."""
        statuses = {test.status for test in self.tests}
        return Status.NOT_ATTEMPTED in statuses and statuses <= _UNTOUCHED

    @property
    def unwritten(self) -> tuple[Outcome, ...]:
        """The tests that met a function without a body, where there is none to learn from."""
        left = tuple(test for test in self.tests if test.status is Status.NOT_ATTEMPTED)
        return left if self.telling is None else ()

    @property
    def missing(self) -> str:
        """Why nothing of it was attempted, where nothing was."""
        reasons = (test.reason for test in self.tests if test.status is Status.NOT_ATTEMPTED)
        return self.task.reason or next(reasons, None) or "the function is missing"

    @property
    def telling(self) -> Outcome | None:
        """The first test that the student can learn from: its message is shown in full."""
        core = [test for test in self.tests if test.group == "core"]
        unwritten = any(test.status is Status.NOT_ATTEMPTED for test in core)
        # While a function waits to be written, what carries no points has to wait as well.
        found = [t for t in (core if unwritten else self.tests) if t.status in _OWN]
        found += [test for test in self.tests if test.status is Status.BROKEN]
        return found[0] if found else None

    def shown(self, full: bool) -> list[Outcome]:
        """The tests whose message is shown: the telling one, or all that did not pass."""
        if full:
            return [test for test in self.tests if test.status is not Status.PASSED]
        return [] if self.telling is None else [self.telling]

    @property
    def withheld(self) -> int:
        """How many messages a short report keeps back that say something of their own."""
        own = [test for test in self.tests if test.status in (*_OWN, Status.BROKEN)]
        return max(len(own) - 1, 0)


def by_task(report: Report) -> list[TaskTests]:
    """The tasks of the report, each with its tests."""
    known = [task.id for task in report.tasks]
    loose = [test.task for test in report.tests if test.task not in known]
    missing = [_summed(report, name) for name in dict.fromkeys(loose)]
    return [
        TaskTests(task, tuple(test for test in report.tests if test.task == task.id))
        for task in (*report.tasks, *missing)
    ]


def chosen(report: Report, name: str) -> list[Outcome]:
    """The tests of that name. Raises UnknownNameError with near matches."""
    found = [test for test in report.tests if test.name == name]
    if not found:
        names = [test.name for test in report.tests]
        raise UnknownNameError("test", name, names, "The report without --test lists them.")
    return found


def counts(tests: Sequence[Outcome]) -> str:
    """`7 passed, 1 failed, 2 not run`."""
    number = Counter(test.status for test in tests)
    return ", ".join(f"{number[status]} {status}" for status in WORDS if number[status])


def score(report: Report) -> str:
    """`42 of 100 points`; empty when there was nothing to earn."""
    earned, possible = report.points.earned, report.points.possible
    if not possible:
        return ""
    return f"{figures.points(earned)} of {figures.points(possible)} points"


def file_of(report: Report) -> str | None:
    """The file that was checked, where it is one by itself and its name can be shown as it is."""
    origin = report.submission.origin
    *folders, name = PurePath(origin).parts or ("",)
    packed = any(folder.lower().endswith(".zip") for folder in folders)
    spelt = "\\" in origin and os.sep == "/"  # perhaps for a letter that cannot be printed
    plain = one_line(origin, _TYPED) == origin and not origin.startswith("-")
    known = name.lower().endswith((".ipynb", ".py", ".md", ".txt"))
    return origin if plain and known and not packed and not spelt else None


def repeat_command(report: Report, folders: Sequence[str] = ()) -> str | None:
    """What to type to check the same submission on the same inputs, in a shell or in a kernel.

    `folders` are those in which challenges were looked for besides the usual ones.

    None where no inputs were drawn, where their seed is not the reader's to know, and where there
    is no file that could be named: in an archive, or handed over as text.
    """
    if report.seed is None:
        return None
    if report.submission.origin == KERNEL:
        return f"check({json.dumps(one_line(report.challenge.id))}, seed={report.seed})"
    file = file_of(report)
    if file is None:
        return None
    words = ["judge", "check", one_line(report.challenge.id), file]
    places = (word for folder in folders for word in ("--challenges", one_line(folder)))
    return shlex.join([*words, "--seed", str(report.seed), *places])


def checked(report: Report) -> str:
    """What was checked against what, and how long it took."""
    version = f"{report.challenge.id} {report.challenge.version}"
    origin = one_line(report.submission.origin, 60)
    return one_line(f"{origin} against {version}, in {figures.seconds(report.seconds)}")


def isolation(report: Report) -> str:
    """The level of isolation and its layers."""
    layers = one_line(", ".join(report.isolation.layers)) or "no layer"
    if report.isolation.level == "none" and not report.tests:
        return "none: nothing of the submission was run"
    if report.isolation.level == "none":
        return "none: the code ran without protection; do not rely on this result"
    extra = "only " if report.isolation.level == "reduced" else ""
    return f"{report.isolation.level}: {extra}{layers}"


def remarks(report: Report) -> list[str]:
    """The report's notes, each on one line."""
    return [one_line(note, _NOTE) for note in report.notes]


def reason(report: Report) -> str:
    """Why the whole was refused or is broken; empty otherwise."""
    text = one_line((report.reason or "").replace("\n    ", " in: "))  # a line of code
    if report.verdict is Verdict.BROKEN:
        ours = "the judge failed, not your submission; no points are lost"
        return f"{ours} ({text})" if text else ours
    return text


def next_step(report: Report, command: Literal["above", "below"] = "above") -> str:
    """One sentence: what to do now; `command` is where the command to repeat it stands."""
    if report.verdict is Verdict.BROKEN:
        again = f" with the command {command}" if repeat_command(report) else ""
        seed = "" if report.seed is None else " with the seed"
        return f"Check again{again}; if it stays, please report it{seed}."
    if report.verdict is Verdict.REFUSED:
        return "Mend what is named above and check again."
    if report.verdict is Verdict.NOT_ATTEMPTED:
        saved = "run its cell" if report.submission.origin == KERNEL else "save it"
        return f"Write one of the functions, {saved}, and check again."
    for task in by_task(report):
        first = task.telling
        if first is not None and first.status in _OWN:
            word = "A strict test is left" if first.group == "strict" else "Start with"
            return f"{word}: {one_line(first.task)}, {one_line(first.title)}."
    if report.verdict is Verdict.PASSED:
        return "All tests passed."
    if any(test.status is Status.NOT_ATTEMPTED for test in report.tests):
        return "Write the functions that are missing, and check again."
    return "Mend what is named above and check again."


def _summed(report: Report, name: str) -> TaskResult:
    """A result for a task that only its tests name."""
    tests = [test for test in report.tests if test.task == name]
    return TaskResult(
        id=name,
        status=next((t.status for t in tests if t.status is not Status.PASSED), Status.PASSED),
        earned=sum(test.earned for test in tests),
        possible=sum(test.possible for test in tests),
    )
