"""What grading finds: outcomes, evidence and the report, as values.

A report is a value before it is text: nothing here knows of terminals or notebooks. Evidence is
fields; how it is worded is `judge.report`'s business. `to_json` and `from_json` go both ways.
"""

from __future__ import annotations

import math
from enum import StrEnum
from typing import Any, Literal

import msgspec

from judge.errors import JudgeError

SCHEMA = 1
KERNEL = "this notebook"  # the origin of a submission that came from a running kernel

# A float as JSON can carry it: NaN and the infinities are spelt out.
Number = float | Literal["nan", "inf", "-inf"]


class Status(StrEnum):
    """The seven outcomes of a hidden test."""

    PASSED = "passed"
    FAILED = "failed"
    CRASHED = "crashed"  # the student's code raised, or its process died
    EXCEEDED = "exceeded"  # time, memory or output
    NOT_RUN = "not run"  # a test that it needs did not pass
    NOT_ATTEMPTED = "not attempted"  # the function is missing or still the stub
    BROKEN = "broken"  # our fault


class Verdict(StrEnum):
    """What a whole report comes to."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_ATTEMPTED = "not attempted"
    REFUSED = "refused"
    BROKEN = "broken"


class Record(msgspec.Struct, frozen=True):
    """Base of every value here."""


# --- evidence: why a test did not pass, as fields ---------------------------------------------


class Call(Record, frozen=True, kw_only=True):
    """A call of the student's function, in the reader's terms.

    `text` is `flash_attention_fwd(Q, K, V, tile_size=16, causal=True)`; `inputs` are lines such as
    `Q, K, V float64 (2, 3, 100, 16)`.
    """

    text: str
    inputs: tuple[str, ...] = ()


class HeadMarks(Record, frozen=True, kw_only=True):
    """One mark per tile of one head: `-` right, `.` few, `:` half, `*` most, `#` all rows wrong."""

    label: str  # "b0 h2"
    marks: str


class Places(Record, frozen=True, kw_only=True):
    """Where a value is wrong, in the reader's axes."""

    axis: str  # what a row is called: "row"
    tile: int  # rows per mark
    heads: tuple[HeadMarks, ...]
    right: tuple[tuple[int, int], ...]  # inclusive ranges of rows right in every head
    first_wrong: int


class Evidence(Record, tag_field="kind", frozen=True, kw_only=True):
    """Base of all evidence."""

    call: Call | None = None
    hint: str | None = None  # the one thing to print or read next


class WrongShape(Evidence, tag="shape", frozen=True, kw_only=True):
    quantity: str
    got: tuple[int, ...]
    expected: tuple[int, ...]


class WrongType(Evidence, tag="type", frozen=True, kw_only=True):
    """A dtype, or a type, that is not the one asked for."""

    quantity: str
    got: str
    expected: str


class NotFinite(Evidence, tag="not finite", frozen=True, kw_only=True):
    quantity: str
    nan: int
    inf: int
    size: int
    first: tuple[int, ...]
    axes: tuple[str, ...] = ()
    places: Places | None = None


class WrongValue(Evidence, tag="value", frozen=True, kw_only=True):
    """Numbers that are off. `error` is max|got - expected| / scale, as in style section 4."""

    quantity: str
    against: str  # "full softmax attention"
    error: Number
    tolerance: float
    share: float  # of elements that are off, 0 to 1
    worst: tuple[int, ...]
    got: Number
    expected: Number
    absolute: bool = False  # error and tolerance are absolute, not relative to the scale
    axes: tuple[str, ...] = ()  # a name per index of `worst`: ("b", "h", "row", "col")
    places: Places | None = None


class Changed(Evidence, tag="changed", frozen=True, kw_only=True):
    """Bytes that had to stay as they were: an input, or an earlier result."""

    quantity: str
    by: str  # "the call", "the next call"
    count: int
    size: int


class CostTooHigh(Evidence, tag="cost", frozen=True, kw_only=True):
    """Memory, time or calls over a limit. Bytes, elements and seconds are plain numbers."""

    what: Literal[
        "traced memory",
        "resident memory",
        "virtual memory",
        "largest tensor",
        "growth",
        "time",
        "calls",
    ]
    used: float
    limit: float
    reference: float | None = None
    line: str | None = None  # where the student's code allocated most
    square: int | None = None  # N of the (N, N) array the use is compared with
    sizes: tuple[int, ...] = ()  # growth: the sizes N
    uses: tuple[float, ...] = ()  # growth: the use at each of them


class Frame(Record, frozen=True, kw_only=True):
    """A line of the student's own code in a traceback."""

    label: str  # "cell 3"
    line: int
    function: str
    code: str


class Raised(Evidence, tag="raised", frozen=True, kw_only=True):
    """The student's code raised. The text is hostile: cleaned and bounded before it is stored."""

    phase: Literal["load", "call"]
    type: str
    text: str
    frames: tuple[Frame, ...] = ()


class ForbiddenCall(Evidence, tag="forbidden", frozen=True, kw_only=True):
    """A library function that the challenge asks the student to write."""

    name: str  # "torch.softmax"
    frame: Frame | None = None


class OffDistribution(Evidence, tag="distribution", frozen=True, kw_only=True):
    """A statistic of random numbers that is too far from what it should be."""

    quantity: str  # "the share of zeros"
    got: Number
    expected: float
    allowed: float  # the largest distance that chance explains
    size: int  # of the sample


class Died(Evidence, tag="died", frozen=True, kw_only=True):
    """The worker ended before it answered."""

    phase: Literal["load", "call"]
    how: str  # "killed by signal 11 (SIGSEGV)", "left with exit code 1"


class LimitHit(Evidence, tag="limit", frozen=True, kw_only=True):
    phase: Literal["load", "call"]
    what: Literal["time", "memory", "output"]
    limit: float  # seconds or bytes


class Said(Evidence, tag="said", frozen=True, kw_only=True):
    """What only this test knows, in its author's words."""

    expected: str
    got: str
    where: tuple[str, ...] = ()


AnyEvidence = (
    WrongShape
    | WrongType
    | NotFinite
    | WrongValue
    | Changed
    | CostTooHigh
    | ForbiddenCall
    | OffDistribution
    | Raised
    | Died
    | LimitHit
    | Said
)


# --- the report -------------------------------------------------------------------------------


class Misconception(Record, frozen=True, kw_only=True):
    """A known mistake whose output equals the student's, or whose pattern fits it."""

    name: str
    text: str
    match: Literal["equals", "fits"]


class Outcome(Record, frozen=True, kw_only=True):
    """The outcome of one hidden test."""

    task: str
    name: str
    title: str  # the name as words
    about: str  # the docstring: what the student reads
    group: Literal["core", "strict"]
    visibility: Literal["public", "hidden"]
    status: Status
    earned: float
    possible: float
    seconds: float
    evidence: AnyEvidence | None = None
    misconception: Misconception | None = None
    reason: str | None = None  # why it was not run, not attempted or broken


class TaskResult(Record, frozen=True, kw_only=True):
    id: str
    status: Status
    earned: float
    possible: float
    reason: str | None = None  # why it was not attempted


class ChallengeInfo(Record, frozen=True, kw_only=True):
    id: str
    title: str
    version: str


class SubmissionInfo(Record, frozen=True, kw_only=True):
    origin: str
    sha256: str


class Isolation(Record, frozen=True, kw_only=True):
    """What kept the submission in: the level and the layers that were in force."""

    level: Literal["full", "reduced", "none"]
    layers: tuple[str, ...]


class Points(Record, frozen=True, kw_only=True):
    earned: float
    possible: float


class Report(Record, frozen=True, kw_only=True):
    """Everything one check found."""

    schema: int = SCHEMA
    judge: str
    challenge: ChallengeInfo
    submission: SubmissionInfo
    seed: int | None  # None where nothing was drawn, or it is not the reader's to know
    isolation: Isolation
    verdict: Verdict
    reason: str | None = None  # why it was refused or is broken
    notes: tuple[str, ...] = ()
    points: Points
    seconds: float
    tasks: tuple[TaskResult, ...] = ()
    tests: tuple[Outcome, ...] = ()


class ReportError(JudgeError):
    """Stored text that is not a report of this schema."""


def for_student(report: Report) -> Report:
    """The report without what a student must not see of hidden tests: title and points stay.

    The misconception stays as well, and for what never ran, why: that is a test it needs, or a
    function that is missing.
    """
    tests = tuple(
        _closed(outcome) if outcome.visibility == "hidden" else outcome for outcome in report.tests
    )
    return msgspec.structs.replace(report, tests=tests)


def for_class(report: Report) -> Report:
    """As `for_student`, without the seed: a whole class shares it, and may hand in once more."""
    return msgspec.structs.replace(for_student(report), seed=None)


def _closed(outcome: Outcome) -> Outcome:
    ran = outcome.status not in (Status.NOT_RUN, Status.NOT_ATTEMPTED)
    reason = None if ran else outcome.reason
    return msgspec.structs.replace(outcome, about="", evidence=None, reason=reason)


def to_data(record: Record) -> dict[str, Any]:
    """A report, or a part of one, as plain JSON values.

    NaN and infinities are spelt out; half a surrogate pair, which is no UTF-8, becomes `?`.
    """
    data: dict[str, Any] = _portable(msgspec.to_builtins(record))
    return data


def to_json(report: Report) -> bytes:
    """One JSON object, UTF-8."""
    return msgspec.json.encode(to_data(report))


def from_json(text: bytes | str) -> Report:
    """The report that `to_json` wrote. Raises ReportError."""
    try:
        return msgspec.json.decode(text, type=Report)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise ReportError(f"This is not a report of schema {SCHEMA}: {error}") from None


def from_data(data: dict[str, Any]) -> Report:
    """The report that `to_data` took apart. Raises ReportError."""
    return from_json(msgspec.json.encode(data))


def outcomes_from_data(data: dict[str, Any]) -> dict[str, Outcome]:
    """Outcomes by any name, each as `to_data` took it apart. Raises ReportError."""
    try:
        return msgspec.convert(data, dict[str, Outcome])
    except msgspec.ValidationError as error:
        raise ReportError(f"These are no outcomes of schema {SCHEMA}: {error}") from None


def _portable(value: Any) -> Any:
    if isinstance(value, str):
        return value if value.isascii() else value.encode("utf-8", "replace").decode("utf-8")
    if isinstance(value, float) and not math.isfinite(value):
        return "nan" if math.isnan(value) else ("inf" if value > 0 else "-inf")
    if isinstance(value, dict):
        return {key: _portable(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_portable(item) for item in value]
    return value
