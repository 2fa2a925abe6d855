"""A judge for notebook challenges in deep learning: hidden tests from a trusted process.

    from judge import check
    check("flash_attention")

Importing this costs nothing: each name is loaded when it is first used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from judge.checking import grade
    from judge.notebook import check, hint, reset_progress, status

__version__ = "0.1.0"
__all__ = ["__version__", "check", "grade", "hint", "reset_progress", "status"]

_HOMES = {
    "check": "judge.notebook",
    "hint": "judge.notebook",
    "status": "judge.notebook",
    "reset_progress": "judge.notebook",
    "grade": "judge.checking",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'judge' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)
