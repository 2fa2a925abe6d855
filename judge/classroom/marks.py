"""A letter for each outcome of a hidden test: what a row of the class is kept and shown as."""

from __future__ import annotations

from judge.results import Status

MARKS = {
    Status.PASSED: "P",
    Status.FAILED: "F",
    Status.CRASHED: "C",
    Status.EXCEEDED: "X",
    Status.NOT_RUN: "w",
    Status.NOT_ATTEMPTED: "n",
    Status.BROKEN: "B",
}
NONE = "-"  # no outcome: the submission was refused, or the test is newer than the result
WORDS = {mark: str(status) for status, mark in MARKS.items()} | {NONE: "no outcome"}
RAN = frozenset("PFCX")  # the student's own code decided
