"""What a class, or a set of model samples, is made of: who handed in what, and what it came to."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from judge.results import Report

Kind = Literal["class", "samples"]


@dataclass(frozen=True)
class Handed:
    """One submission as it was handed in; nothing of it has been read.

    `source` tells it from every other one: the path below the folder that was collected, with the
    member's name behind the name of an archive. `when` is ISO 8601, `sample` a model's sample.
    """

    student: str  # or the model
    challenge: str
    source: str  # "ada/softmax.ipynb", "class.zip/ada/softmax.ipynb"
    path: Path  # the file to read: the archive, for a member of one
    member: str | None = None
    sample: str = ""
    when: str | None = None
    late: bool = False


@dataclass(frozen=True)
class Place:
    """What tells one submission from every other one."""

    student: str
    challenge: str
    source: str


@dataclass(frozen=True)
class Refusal:
    """Something that was handed in and cannot be a submission: a link, an odd name, a damaged zip.

    Where it is known whose it is, and for which challenge, it is reported beside the rest.
    """

    source: str
    reason: str
    student: str = ""
    challenge: str = ""


@dataclass(frozen=True)
class Collection:
    """All that was found, in the order of student, challenge and time."""

    kind: Kind
    handed: tuple[Handed, ...]
    refusals: tuple[Refusal, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Result:
    """One graded submission, as the store gives it back.

    `counts` is true for the last one that a student handed in for a challenge, and for every
    sample of a model.
    """

    id: int
    student: str
    challenge: str
    source: str
    sample: str
    when: str | None
    late: bool
    graded: str  # ISO 8601, UTC
    report: Report
    counts: bool = True


@dataclass(frozen=True)
class Pair:
    """Two people's submissions with much code in common: a reason to look, not a verdict."""

    challenge: str
    left: str  # student
    left_source: str
    right: str
    right_source: str
    share: float  # of the one that has more of its code in common, the template left out
    left_number: int = 0  # of its result in the store
    right_number: int = 0
