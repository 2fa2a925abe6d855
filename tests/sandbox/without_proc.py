"""The limits that a spawned worker finds where there is no /proc."""

from __future__ import annotations

from judge.sandbox import limits
from judge.sandbox.limits import apply_possible, resident_peak

__all__ = ["apply_possible", "resident_peak"]

limits.allocated = lambda: (0, 0)
