"""For those who write challenges: start one, build what students get."""

from __future__ import annotations

from judge.authoring.build import build
from judge.authoring.new import new

__all__ = ["build", "new"]
