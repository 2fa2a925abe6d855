"""Reading what a worker sent: raw data in, checked fields or the outcome of a test out.

Everything here is text and numbers from an enemy: types are compared exactly, sizes are cut, and
nothing of it is ever called.
"""

from __future__ import annotations

from typing import Any

from judge.results import AnyEvidence, Died, ForbiddenCall, Frame, Raised, Said, Status


class Stop(Exception):  # noqa: N818  an outcome of a hidden test, not an error
    """Ends a hidden test with an outcome that is not *passed*."""

    def __init__(
        self, status: Status, evidence: AnyEvidence | None = None, reason: str | None = None
    ) -> None:
        super().__init__(status)
        self.status = status
        self.evidence = evidence
        self.reason = reason


_LACKS = (", which has no ", " was returned where ")  # as `paths` words it
STRANGE = Died(phase="call", how="it answered what no function of yours returns")


def read_measured(found: Any) -> tuple[Any, dict[str, int], str | None]:
    """The value of a measured call, its counts, and the line of its largest tensor. Raises Stop."""
    names = ("traced", "returned", "largest")
    if type(found) is not dict or not all(_is_count(found.get(name)) for name in names):
        raise Stop(Status.CRASHED, STRANGE)
    line = found.get("line")
    counts = {name: found[name] for name in names}
    return found.get("value"), counts, _text(line, 300) or None


def read_gradients(found: Any, count: int) -> dict[str, Any]:
    """Value, gradients of `count` arguments and of parameters by path. Raises Stop."""
    if type(found) is dict:
        gradients, parameters = found.get("gradients"), found.get("parameters")
        listed = type(gradients) is list and len(gradients) == count
        if listed and type(parameters) is dict and all(type(name) is str for name in parameters):
            return {
                "value": found.get("value"),
                "gradients": gradients,
                "parameters": _of_text(parameters),
            }
    raise Stop(Status.CRASHED, STRANGE)


def read_state(found: Any) -> dict[str, Any]:
    """Parameters, buffers, names and mode of an object. Raises Stop."""
    if type(found) is dict:
        parameters, buffers = found.get("parameters"), found.get("buffers")
        training = found.get("training")
        if type(parameters) is dict and type(buffers) is dict:
            return {
                "parameters": _of_text(parameters),
                "buffers": _of_text(buffers),
                "names": texts(found.get("names")),
                "training": training if type(training) is bool else None,
            }
    raise Stop(Status.CRASHED, STRANGE)


def _of_text(table: dict[Any, Any]) -> dict[str, Any]:
    return {name[:300]: value for name, value in table.items() if type(name) is str}


def read_forbidden_call(found: Any) -> AnyEvidence:
    """A call that the challenge forbids, and the line of the submission that made it."""
    if type(found) is not dict:
        found = {}
    name, label, code = (_text(found.get(key), 200) for key in ("name", "label", "code"))
    line = found["line"] if _is_count(found.get("line")) else 0
    frame = Frame(label=label[:80], line=line, function="", code=code)
    return ForbiddenCall(name=name, frame=frame if line else None)


def read_exception(found: Any) -> tuple[str, str, tuple[Frame, ...]]:
    """The type, text and frames of an exception."""
    if type(found) is not dict:
        return "Exception", "", ()
    name, text, frames = found.get("type"), found.get("text"), found.get("frames")
    kept = [_frame(row) for row in frames[:8]] if type(frames) is list else []
    return (
        name[:200] if type(name) is str else "Exception",
        text[:2000] if type(text) is str else "",
        tuple(frame for frame in kept if frame is not None),
    )


def says_unwritten(found: Any) -> bool:
    """Whether an exception is the stub's: a library may raise NotImplementedError as well."""
    if type(found) is not dict or found.get("own") is not True:
        return False
    return _text(found.get("type"), 40) == "NotImplementedError"


def _frame(row: Any) -> Frame | None:
    if type(row) is not list or [type(item) for item in row] != [str, int, str, str]:
        return None
    label, line, function, code = row
    if not _is_count(line):
        return None
    return Frame(label=label[:80], line=line, function=function[:80], code=code[:200])


def read_missing(found: Any) -> Stop:
    """The outcome when a result lacks what a test asks for."""
    text = found.get("text") if type(found) is dict else None
    text = text[:300] if type(text) is str else "the result lacks a part"
    if type(found) is dict and found.get("attempted") is False:
        return Stop(Status.NOT_ATTEMPTED, reason=text)
    # What cannot travel comes here as well, and of None the report says what to do.
    lacks = not text.startswith("a NoneType") and any(told in text for told in _LACKS)
    evidence = Said(
        expected="a result with the parts the task asks for",
        got=text,
        hint="compare its parts and their names with the template" if lacks else None,
    )
    return Stop(Status.FAILED, evidence)


def read_forbidden(found: Any) -> AnyEvidence:
    """An import that the challenge does not allow, and what to do instead."""
    if type(found) is not dict:
        found = {}
    module, label, text = (_text(found.get(key), 300) for key in ("module", "label", "text"))
    line = found["line"] if _is_count(found.get("line")) else 0
    frame = Frame(label=label[:80], line=line, function="", code=f"import {module}"[:200])
    return Raised(phase="load", type="ImportError", text=text, frames=(frame,))


def texts(values: Any) -> tuple[str, ...]:
    """The texts among `values`, each cut, and not too many."""
    if type(values) is not list:
        return ()
    return tuple(value[:300] for value in values[:1000] if type(value) is str)


def _is_count(value: Any) -> bool:
    """A whole number that JSON and floats can carry: the wire knows larger ones."""
    return type(value) is int and 0 <= value < 2**53


def _text(value: Any, longest: int) -> str:
    return value[:longest] if type(value) is str else ""
