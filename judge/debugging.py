"""`--debug`: the same check in this process, where a debugger can stop in the submission."""

from __future__ import annotations

import math

from msgspec import structs

from judge.checking import Checker, Wish
from judge.grading import Grader
from judge.results import Report
from judge.sandbox.inline import InlineSandbox
from judge.schedule import Progress
from judge.submission import Submission

NOTE = (
    "Checked with --debug: in the judge's own process, without isolation and without limits. "
    "Memory was not seen from outside. Nothing was recorded."
)


def debug(wish: Wish, submission: Submission, progress: Progress | None = None) -> Report:
    """Check `submission` in this process and record nothing.

    The submission runs in the calling thread. Raises UserError, and KeyboardInterrupt with the
    place where the submission was.
    """
    sandbox = InlineSandbox()
    grader = Grader(jobs=1, seconds=math.inf, sandbox_for=lambda packages: sandbox)
    checker = Checker(grader, record=False)
    report = sandbox.run(lambda: checker.check(wish, submission, progress))
    return structs.replace(report, notes=(NOTE, *report.notes))
