"""Evidence as words: for each kind what was called, expected, got, where, and what to do next.

A section has one or more versions, the fullest first; `message` takes shorter ones when the whole
does not fit. Nothing is claimed here about the cause: that is the misconception's to say.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import singledispatch
from itertools import chain
from typing import Literal

from judge.report import advice, cost, figures, places
from judge.report.clean import one_line
from judge.report.lines import columns, cut, wrap
from judge.results import (
    Call,
    Changed,
    CostTooHigh,
    Died,
    Evidence,
    ForbiddenCall,
    Frame,
    LimitHit,
    NotFinite,
    OffDistribution,
    Places,
    Raised,
    Said,
    WrongShape,
    WrongType,
    WrongValue,
)

Label = Literal["called", "expected", "got", "where", "means", "next"]
Texts = Iterable[str]  # paragraphs

_NAME = 60  # characters of a quantity, a type or a label
_TEXT = 240  # characters of an exception's text
_CODE = 160
_FRAMES = 3


@dataclass(frozen=True)
class Section:
    """What one label says: versions, fullest first, each already on lines of the width."""

    label: Label
    versions: tuple[tuple[str, ...], ...]


def section(label: Label, width: int, *versions: Texts) -> Section:
    """Paragraphs, cleaned and wrapped to `width`. A version without text is left out."""
    wrapped = []
    for version in versions:
        clean = [one_line(paragraph) for paragraph in version]
        lines = [line for text in clean if text.strip() for line in wrap(text, width)]
        if lines:
            wrapped.append(tuple(lines))
    return Section(label, tuple(dict.fromkeys(wrapped)))


def sections(evidence: Evidence, width: int) -> list[Section]:
    """The sections of any evidence, in the order in which they are read.

    The test's own hint, where it has one, takes the place of the general advice, but for a value
    that is no array: hints speak of its numbers.
    """
    parts = [*_called(evidence.call, width), *_body(evidence, width)]
    if evidence.hint and not (isinstance(evidence, WrongType) and advice.for_kind(evidence)):
        parts = [part for part in parts if part.label != "next"]
        parts.append(section("next", width, [evidence.hint]))
    return parts


def _called(call: Call | None, width: int) -> list[Section]:
    if call is None:
        return []
    inputs = "; ".join(call.inputs)
    full = [call.text, *call.inputs]
    terse = [cut(one_line(text), width) for text in (call.text, inputs)]
    return [section("called", width, full, [call.text, inputs], terse)]


def _parts(
    width: int, *, got: Texts, expected: Texts = (), where: Texts = (), following: str = ""
) -> list[Section]:
    """The sections of evidence that has one version of each."""
    return [
        section("expected", width, expected),
        section("got", width, got),
        section("where", width, where),
        section("next", width, [following]),
    ]


@singledispatch
def _body(evidence: Evidence, width: int) -> list[Section]:
    """All but the call; a function for each kind of evidence follows."""
    raise TypeError(f"no wording for {type(evidence).__name__}")


@_body.register
def _shape(evidence: WrongShape, width: int) -> list[Section]:
    name = one_line(evidence.quantity, _NAME)
    return _parts(
        width,
        expected=[f"{name} of shape {figures.shape(evidence.expected)}"],
        got=[f"shape {figures.shape(evidence.got)}"],
        where=[_axes(evidence.got, evidence.expected)],
        following="print the shapes on the way; find the first you did not expect",
    )


def _axes(got: tuple[int, ...], expected: tuple[int, ...]) -> str:
    if len(got) != len(expected):
        axes = "axis" if len(got) == 1 else "axes"
        return f"{len(got)} {axes} instead of {len(expected)}"
    if sorted(got) == sorted(expected):
        return "the right sizes, in another order"
    pairs = enumerate(zip(got, expected, strict=True))
    wrong = [f"axis {axis} has {a} instead of {b}" for axis, (a, b) in pairs if a != b]
    rest = "; the other sizes are right" if len(wrong) < len(got) else ""
    return ", ".join(wrong) + rest


@_body.register
def _type(evidence: WrongType, width: int) -> list[Section]:
    name, expected = one_line(evidence.quantity, _NAME), one_line(evidence.expected, _NAME)
    kind = f"of type {expected}"
    if expected.startswith("a "):
        kind = f"of {expected}" if expected.endswith(" type") else f"as {expected}"
    following = "print the type of each value on the way; find where it first differs"
    return _parts(
        width,
        expected=[f"{name} {kind}"],
        got=[_got_type(one_line(evidence.got, _NAME), expected)],
        following=advice.for_kind(evidence) or following,
    )


def _got_type(got: str, expected: str) -> str:
    if got == advice.NONE:
        return "None"
    unread = got in ("ndarray", "Tensor") and expected.startswith("a ")
    return f"type {got}{', but not of numbers that can be read' if unread else ''}"


@_body.register
def _not_finite(evidence: NotFinite, width: int) -> list[Section]:
    name = one_line(evidence.quantity, _NAME)
    kinds = [f"{evidence.nan:,} NaN"] if evidence.nan else []
    kinds += [f"{evidence.inf:,} infinite"] if evidence.inf else []
    first = figures.element(name, evidence.first, evidence.axes)
    total = figures.count(evidence.size, "value")
    told = [f"{name} is {'NaN' if evidence.nan else 'infinite'}"]
    if evidence.size != 1:
        got = f"{' and '.join(kinds) or 'not finite'} among {total}"
        told = _beside(got, f"the first is {first}", width)
    return [
        section("expected", width, [f"{name} finite{' everywhere' if evidence.size != 1 else ''}"]),
        section("got", width, told),
        _where(evidence.places, width),
        section("next", width, ["print the largest value of each step; find the first inf or NaN"]),
    ]


@_body.register
def _value(evidence: WrongValue, width: int) -> list[Section]:
    name = one_line(evidence.quantity, _NAME)
    of_scale = _scale(evidence, name)
    limit = f"error at most {figures.tolerance(evidence.tolerance)}{of_scale}"
    got, expected = figures.two_values(evidence.got, evidence.expected)
    worst = f"{figures.element(name, evidence.worst, evidence.axes)} = {got}, expected {expected}"
    versions: list[list[str]] = [[worst]]
    if evidence.worst:  # of a single number there is no share and no worst element
        share, worst = figures.share(evidence.share), f"worst {worst}"
        error = f"{figures.value(evidence.error, 3)}{of_scale}"
        full = [f"{share} of {name} is off, by up to {error}", worst]
        versions = [full, [f"{share} of {name} is off; {worst}"], [f"{share} off; {worst}"]]
    return [
        section("expected", width, [f"{name} as {one_line(evidence.against)}, {limit}"]),
        section("got", width, *versions),
        _where(evidence.places, width),
        section("next", width, ["print the steps that lead to the worst element on a small input"]),
    ]


def _scale(evidence: WrongValue, name: str) -> str:
    if evidence.absolute:
        return " (absolute)"
    if not evidence.worst:
        return " of its size"
    return " of its largest number" if " " in name else f" of the largest |{name}|"


def _beside(first: str, second: str, width: int) -> list[str]:
    """Two statements on one line where they fit, else on two."""
    joined = f"{first}; {second}"
    return [joined] if columns(joined) <= width else [first, second]


def _where(found: Places | None, width: int) -> Section:
    if found is None:
        return section("where", width)
    full, short = places.sentence(found), places.sentence(found, short=True)
    return section(
        "where",
        width,
        [*places.picture(found, width), full],
        [*places.picture(found, width, rows=2), short],
        [*places.picture(found, width, rows=1), short],
        [short],
    )


@_body.register
def _changed(evidence: Changed, width: int) -> list[Section]:
    name, by = one_line(evidence.quantity, _NAME), one_line(evidence.by, _NAME)
    total = figures.count(evidence.size, "value")
    return _parts(
        width,
        expected=[f"{name} bit for bit as it was before {by}"],
        got=[f"{by} changed {evidence.count:,} of its {total}"],
        following="look for +=, out= and assignments to slices; work on a new array there",
    )


@_body.register
def _cost(evidence: CostTooHigh, width: int) -> list[Section]:
    expected, got, where = cost.wording(evidence)
    following = cost.following(evidence)
    return _parts(width, expected=expected, got=got, where=where, following=following)


@_body.register
def _raised(evidence: Raised, width: int) -> list[Section]:
    text = one_line(evidence.text.strip(), _TEXT)
    got = f"{one_line(evidence.type, _NAME)}{': ' + text if text else ', without a message'}"
    frames = [_frame(frame, width) for frame in _told_once(evidence.frames)]
    first = frames[0] if frames else []
    callers = [[f"called from {place}", code] for place, code in frames[1:_FRAMES]]
    return [
        section("got", width, [got + _while(evidence.phase)], [cut(got, width)]),
        section("where", width, chain(first, *callers), first),
        section("next", width, [advice.after_exception(evidence)]),
    ]


def _told_once(frames: Sequence[Frame]) -> list[Frame]:
    """Innermost first, each line once: a recursion repeats it, a comprehension is on its own."""
    told: dict[tuple[str, int], Frame] = {}
    for frame in reversed(frames):
        place = (frame.label, frame.line)
        if place not in told or told[place].function.startswith("<"):
            told[place] = frame
    return list(told.values())


def _frame(frame: Frame, width: int) -> list[str]:
    """Where a line of the student's code stands, and the line itself."""
    cell = one_line(frame.label, _NAME)
    function = one_line(frame.function, _NAME)
    inside = f", in {function}" if function and not function.startswith("<module") else ""
    code = one_line(frame.code.strip(), _CODE)
    place = f"{cell}, line {frame.line}" if cell else f"line {frame.line}"
    return [place + inside, cut(f"    {code}", width)]


@_body.register
def _died(evidence: Died, width: int) -> list[Section]:
    how = one_line(evidence.how, _TEXT)
    got = f"the process of your code ended before it answered: {how}{_while(evidence.phase)}"
    following = "usual reasons: exit(), or a crash or too much memory in compiled code"
    return _parts(width, got=[got], following=following)


@_body.register
def _limit(evidence: LimitHit, width: int) -> list[Section]:
    what = "the code to load" if evidence.phase == "load" else "an answer"
    if evidence.what == "time":
        limit = figures.seconds(evidence.limit)
        expected, got = f"{what} within {limit}", f"nothing after {limit}, so it was stopped"
        following = "an endless loop is the usual reason: print its variables"
    elif evidence.what == "memory":
        limit = figures.size(evidence.limit)
        expected, got = f"{what} within {limit} of memory", "more than that was asked for"
        following = "print the shape of each large array before it is made"
    else:
        limit = figures.size(evidence.limit)
        expected, got = f"{what} with at most {limit} of printed text", "more was printed"
        following = "take the print calls out of the loops"
    return _parts(width, expected=[expected], got=[got], following=following)


@_body.register
def _said(evidence: Said, width: int) -> list[Section]:
    following = advice.after_none(evidence.got)
    expected, got = [evidence.expected], [evidence.got.replace(f"a {advice.NONE}", "None")]
    return _parts(width, expected=expected, got=got, where=evidence.where, following=following)


def _while(phase: Literal["load", "call"]) -> str:
    return " (while your code was loaded, before any call)" if phase == "load" else ""


@_body.register
def _forbidden(evidence: ForbiddenCall, width: int) -> list[Section]:
    name = one_line(evidence.name, _NAME)
    where = _frame(evidence.frame, width) if evidence.frame else []
    return _parts(
        width,
        expected=[f"your own code in place of {name}"],
        got=[f"a call of {name}, which this challenge forbids under any name"],
        where=where,
        following="write what it computes yourself: that is the exercise",
    )


@_body.register
def _distribution(evidence: OffDistribution, width: int) -> list[Section]:
    name = one_line(evidence.quantity, _NAME)
    expected, allowed = (figures.value(x, 4) for x in (evidence.expected, evidence.allowed))
    return _parts(
        width,
        expected=[f"{name} of {expected}, at most {allowed} away by chance"],
        got=[f"{figures.value(evidence.got, 4)}, over {figures.count(evidence.size, 'draw')}"],
        following="draw a large sample yourself and look at its mean, spread and a few entries",
    )
