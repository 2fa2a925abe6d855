"""The limits that a spawned worker finds where one does not exist and another is refused."""

from __future__ import annotations

import resource

from judge.sandbox.limits import apply_possible, resident_peak

__all__ = ["apply_possible", "resident_peak"]

_set = resource.setrlimit


def _refuse(which: int, limits: tuple[int, int]) -> None:
    if which == resource.RLIMIT_AS:
        raise ValueError("current limit exceeds maximum limit")
    _set(which, limits)


resource.setrlimit = _refuse
del resource.RLIMIT_CPU
