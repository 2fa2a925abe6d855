"""How a hidden test fails: by raising Failed with evidence."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from judge.replies import Stop
from judge.results import AnyEvidence, Raised, Said, Status


class Failed(Stop):
    """The submission's answer is wrong; the evidence says how."""

    def __init__(self, evidence: AnyEvidence) -> None:
        super().__init__(Status.FAILED, evidence)


def expect(
    condition: bool, *, expected: str, got: str, where: Sequence[str] = (), hint: str | None = None
) -> None:
    """Fail in the test author's own words unless `condition` holds."""
    if not condition:
        raise Failed(Said(expected=expected, got=got, where=tuple(where), hint=hint))


def expect_raises(
    call: Callable[[], object], kinds: Sequence[str], *, expected: str, hint: str | None = None
) -> None:
    """The submission's code raises an exception of one of these names in `call`. Raises Failed."""
    got = "no exception"
    try:
        call()
    except Stop as stop:
        if not isinstance(stop.evidence, Raised):
            raise
        got = stop.evidence.type
    expect(got in kinds, expected=expected, got=got, hint=hint)
