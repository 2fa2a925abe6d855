"""Names that both sides know: paths into a result (`O`, `cache.L`, `0`), helpers (`support.f`)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

SUPPORT = "support."  # begins the name of one of the challenge's own helpers
_SHOWN = 8  # keys named when one is missing


class Missing(Exception):  # noqa: N818  not an error of ours: the result lacks what a test asks for
    """A result has no such part. The text says what there was.

    `attempted` is False when what was asked for has not been written yet: a whole function, or all
    results but the first.
    """

    def __init__(self, text: str, *, attempted: bool = True) -> None:
        super().__init__(text)
        self.attempted = attempted


def walk(value: object, take: Sequence[Any], names: Sequence[str]) -> object:
    """Follow `take` into `value`. Its first step may be one of the `names` of a tuple's items."""
    for position, key in enumerate(take):
        named = position == 0 and key in names
        try:
            value = _named(value, names, key) if named else _step(value, key)
        except Missing as missing:
            if not position:
                raise
            raise Missing(f"{_place(take[:position])} is {missing}") from None
    return value


def _place(taken: Sequence[Any]) -> str:
    """`cache.L`; `result[1]` where the path begins with a number."""
    first, *rest = map(str, taken)
    return ".".join([f"result[{first}]" if first.isdecimal() else first, *rest])


def _named(value: object, names: Sequence[str], key: str) -> object:
    wanted = f"({', '.join(names)})"
    if isinstance(value, tuple | list) and len(names) > 1:
        if len(value) != len(names):
            found = f"a {type(value).__name__} of {len(value)}"
            raise Missing(f"{found} was returned where {wanted} is expected")
        return value[names.index(key)]
    if key != names[0]:
        found = type(value).__name__
        raise Missing(f"one {found} was returned where {wanted} is expected", attempted=False)
    return value


def _step(value: Any, key: object) -> object:
    if isinstance(value, dict):
        if key in value:
            return value[key]
        found = ", ".join(repr(name)[:40] for name in list(value)[:_SHOWN]) or "nothing"
        raise Missing(f"a dict, which has no key {key!r}; it has {found}")
    if isinstance(key, str) and key.isdecimal() and isinstance(value, list | tuple):
        key = int(key)  # of a dotted path
    # An array can be indexed as well, where a tuple was forgotten.
    if isinstance(key, int) and not hasattr(value, "shape"):
        try:
            return value[key]
        except (TypeError, IndexError, KeyError):
            raise Missing(f"a {type(value).__name__}, which has no item {key}") from None
    if isinstance(key, str) and hasattr(value, key):
        return getattr(value, key)
    part = f"item {key}" if str(key).isdecimal() else f"part {key!r}"
    raise Missing(f"a {type(value).__name__}, which has no {part}")
