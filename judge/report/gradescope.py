"""A report as Gradescope's results.json.

A hidden test shows its title and outcome, as everywhere; were it hidden from the page as a whole,
students would not see the total. What Gradescope keeps for itself is in `extra_data`.
"""

from __future__ import annotations

from typing import Any

from judge.report import summary
from judge.report.clean import block, one_line
from judge.report.message import View, message_text
from judge.results import Outcome, Report, Status

Object = dict[str, Any]

_NAME = 160


def results_object(report: Report, view: View = "student") -> Object:
    """Plain JSON values, without NaN."""
    return {
        "score": report.points.earned,
        "execution_time": round(report.seconds, 3),
        "output": _output(report),
        "output_format": "text",
        "test_output_format": "text",
        "test_name_format": "text",
        "visibility": "visible",
        "stdout_visibility": "hidden",
        "extra_data": _extra(report),
        "tests": [_test(report, outcome, view) for outcome in report.tests],
    }


def nothing_yet(said: str) -> Object:
    """What stands there until a submission is graded, or when it cannot be."""
    return {
        "score": 0.0,
        "output": block(said),
        "output_format": "text",
        "visibility": "visible",
        "stdout_visibility": "hidden",
        "tests": [],
    }


def _output(report: Report) -> str:
    score = summary.score(report)
    lines = [f"{one_line(report.challenge.title)}: {summary.VERDICTS[report.verdict]}"]
    lines[0] += f", {score}" if score else ""
    lines += [summary.reason(report), *summary.remarks(report), summary.checked(report)]
    lines += [f"isolation {summary.isolation(report)}"]
    return block("\n".join(line for line in lines if line))


def _test(report: Report, outcome: Outcome, view: View) -> Object:
    tasks = [task.id for task in report.tasks] or [outcome.task]
    own = [test.name for test in report.tests if test.task == outcome.task]
    task = tasks.index(outcome.task) + 1 if outcome.task in tasks else len(tasks) + 1
    told: Object = {
        "name": one_line(f"{outcome.task}: {outcome.title or outcome.name}", _NAME),
        "number": f"{task}.{own.index(outcome.name) + 1}",
        "status": "passed" if outcome.status is Status.PASSED else "failed",
        "output": _message(outcome, view),
        "tags": [one_line(outcome.task, _NAME), outcome.group, outcome.status.value],
        "visibility": "visible",
    }
    if outcome.possible:
        told |= {"score": outcome.earned, "max_score": outcome.possible}
    if outcome.misconception is not None:
        told["extra_data"] = {"misconception": one_line(outcome.misconception.name)}
    return told


def _message(outcome: Outcome, view: View) -> str:
    said = message_text(outcome, view)
    if outcome.status in (Status.PASSED, Status.FAILED):
        return block(said)
    return block(f"{outcome.status.value}\n{said}".strip())


def _extra(report: Report) -> Object:
    names = [test.misconception.name for test in report.tests if test.misconception]
    return {
        "judge": report.judge,
        "challenge": report.challenge.id,
        "version": report.challenge.version,
        "verdict": report.verdict.value,
        **({} if report.seed is None else {"seed": report.seed}),
        "isolation": report.isolation.level,
        "misconceptions": [one_line(name) for name in dict.fromkeys(names)],
    }
