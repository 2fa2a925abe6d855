"""Expectations on cost: memory by three witnesses, growth, time and calls."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from judge.program import Measured
from judge.results import CostTooHigh
from judge.testing.failed import Failed

_Witness = Literal["traced", "resident", "virtual"]
_Name = Literal["traced memory", "resident memory", "virtual memory"]
_NAMES: dict[_Witness, _Name] = {
    "traced": "traced memory",
    "resident": "resident memory",
    "virtual": "virtual memory",
}


def expect_memory(
    run: Measured,
    *,
    traced: float | None = None,
    resident: float | None = None,
    virtual: float | None = None,
    reference: Measured | None = None,
    square: int | None = None,
    hint: str | None = None,
) -> None:
    """The call stayed within these bytes. Raises Failed.

    *traced* counts what NumPy and Python allocate during the call and can only under-report;
    *resident* is the peak of the whole process, read from outside; *virtual* counts address space,
    of which one thread takes 400 MB. So a call fails on resident, or on traced, or on virtual
    together with traced (at half its limit), never on virtual alone. `square` is the N whose
    (N, N) array the message compares with; `reference` is shown beside.
    """
    limits: dict[_Witness, float | None] = {"traced": traced, "resident": resident}
    if traced is not None and run.traced_bytes > traced / 2:
        limits["virtual"] = virtual
    for witness, limit in limits.items():
        used = _bytes(run, witness)
        if limit is not None and not used <= limit:
            evidence = CostTooHigh(
                what=_NAMES[witness],
                used=used,
                limit=limit,
                reference=_bytes(reference, witness) if reference else None,
                line=run.find_line(),
                square=square,
                hint=hint,
            )
            raise Failed(evidence)


def _bytes(run: Measured, witness: _Witness) -> int:
    figures: dict[_Witness, int] = {
        "traced": run.traced_bytes,
        "resident": run.resident_bytes,
        "virtual": run.virtual_bytes,
    }
    return figures[witness]


def expect_growth(
    scratch: Mapping[int, float],
    *,
    at_most: float = 2.5,
    floor: float = 1_000_000,
    hint: str | None = None,
) -> None:
    """Scratch bytes grow by at most `at_most` from the first size to the last. Raises Failed.

    `scratch` maps a size N to bytes. Figures below `floor` count as `floor`, so that the constant
    part of a small call is not taken for growth.
    """
    sizes = sorted(scratch)
    first, last = (max(scratch[size], floor, 1.0) for size in (sizes[0], sizes[-1]))
    if not last / first <= at_most:
        raise Failed(
            CostTooHigh(
                what="growth",
                used=last / first,
                limit=at_most,
                sizes=tuple(sizes),
                uses=tuple(float(scratch[size]) for size in sizes),
                square=sizes[-1],
                hint=hint,
            )
        )


def expect_no_larger_tensor(run: Measured, limit: float, *, hint: str | None = None) -> None:
    """No tensor made during the call has more than `limit` elements. Raises Failed."""
    if not run.largest <= limit:
        cost = CostTooHigh(
            what="largest tensor", used=run.largest, limit=limit, line=run.find_line(), hint=hint
        )
        raise Failed(cost)


def expect_at_most(
    used: float,
    limit: float,
    *,
    what: Literal["time", "calls"],
    reference: float | None = None,
    hint: str | None = None,
) -> None:
    """Seconds or calls within a limit; NaN fails. Raises Failed."""
    if not used <= limit:
        evidence = CostTooHigh(what=what, used=used, limit=limit, reference=reference, hint=hint)
        raise Failed(evidence)
