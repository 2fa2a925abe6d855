"""Calls that stand alone, as a hidden test leaves them behind."""

from __future__ import annotations

from typing import Any

from judge.calls import Exchange, Step


def called(function: str, *args: Any, value: Any = None, **kwargs: Any) -> Exchange:
    """A call of a function, and what came back."""
    return Exchange((Step("call", function, args, kwargs),), (), value)
