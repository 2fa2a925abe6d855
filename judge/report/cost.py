"""Costs as words: bytes per element of an (N, N) array, growth as a ratio, time, calls."""

from __future__ import annotations

from judge.report import figures
from judge.results import CostTooHigh

# Bytes per element, and the array whose size that is.
_ARRAYS = (
    (1, "a boolean mask"),
    (2, "a float16 array"),
    (4, "a float32 array"),
    (8, "a float64 array"),
    (16, "two float64 arrays"),
)
_NEAR = (0.9, 1.25)  # a use counts as that array's from a tenth below to a quarter above
_MEMORY = {
    "traced memory": "memory held at any one time",
    "resident memory": "resident memory at the peak",
    "virtual memory": "reserved memory at the peak",
}

Wording = tuple[list[str], list[str], list[str]]  # expected, got, where


def wording(cost: CostTooHigh) -> Wording:
    """What `expected`, `got` and `where` say of a cost that is too high."""
    if cost.what == "growth":
        return _growth(cost)
    if cost.what == "time":
        return _plain(cost, figures.seconds(cost.limit), figures.seconds(cost.used), "takes")
    if cost.what == "calls":
        limit, used = figures.count(cost.limit, "call"), figures.count(cost.used, "call")
        return _plain(cost, limit, used, "makes")
    if cost.what == "largest tensor":
        limit, used = figures.count(cost.limit, "element"), figures.count(cost.used, "element")
        return [f"no tensor of more than {limit}"], [f"one of {used}"], _line(cost)
    return _memory(cost)


def following(cost: CostTooHigh) -> str:
    """What to do next about a cost, when the test has no hint of its own."""
    if cost.what == "time":
        return "time the parts of the function; look for a loop over single elements"
    if cost.what == "calls":
        return "count the calls in each round of your loop; keep what is needed again"
    if cost.line is not None:
        return "print the shape and dtype of what the line above makes"
    return "print the shape and dtype of each array on the way; find the largest"


def _plain(cost: CostTooHigh, limit: str, used: str, verb: str) -> Wording:
    if cost.reference is not None:
        bound = figures.seconds if cost.what == "time" else figures.points
        used += f"; the reference {verb} {bound(cost.reference)}"
    return [f"at most {limit}"], [used], _line(cost)


def _memory(cost: CostTooHigh) -> Wording:
    expected = f"at most {figures.size(cost.limit)} of {_MEMORY[cost.what]}"
    got = [figures.size(cost.used)]
    if cost.reference is not None:
        got[0] += f"; the reference needs {figures.size(cost.reference)}"
    if cost.square:
        got.append(_per_element(cost, cost.square))
    return [expected], got, _line(cost)


def _per_element(cost: CostTooHigh, square: int) -> str:
    """The use, or what it is over the reference, spread over an (N, N) array."""
    above = cost.used - (cost.reference or 0.0)
    each = above / square**2
    array = next((name for width, name in _ARRAYS if _near(each, width)), None)
    like = f", as {array} of that shape takes" if array else ""
    subject = "the difference is" if cost.reference is not None else "that is"
    unit = "byte" if round(each, 1) == 1 else "bytes"
    return f"{subject} {each:.1f} {unit} per element of a ({square}, {square}) array{like}"


def _near(each: float, width: int) -> bool:
    low, high = _NEAR
    return low * width <= each <= high * width


def _growth(cost: CostTooHigh) -> Wording:
    steps = [f"N = {size}" for size in cost.sizes]
    span = f" from {steps[0]} to {steps[-1]}" if len(steps) > 1 else ""
    uses = zip(steps, cost.uses, strict=False)
    listed = ", ".join(f"{figures.size(use)} at {step}" for step, use in uses)
    expected = f"memory use grows at most {_times(cost.limit)}{span}"
    got = f"it grows {_times(cost.used)}" + (f": {listed}" if listed else "")
    scale = "(arrays of (N, D) take twice as much, an (N, N) array four times)"
    doubled = len(cost.sizes) == 2 and cost.sizes[1] == 2 * cost.sizes[0]
    return [expected], [got, *([scale] if doubled else [])], _line(cost)


def _times(ratio: float) -> str:
    return f"{figures.value(ratio, 2)} times"


def _line(cost: CostTooHigh) -> list[str]:
    return [] if cost.line is None else [f"most was allocated at {cost.line}"]
