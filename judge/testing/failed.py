"""How a hidden test fails: by raising Failed with evidence."""

from __future__ import annotations

from collections.abc import Sequence

from judge.replies import Stop
from judge.results import AnyEvidence, Said, Status


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
