"""Values in the worker: what came in, what stays, and the parts of a result that travel."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from judge.paths import walk
from judge.wire import Function, Ref

_KEPT = 100_000


class Values:
    """The table of what stays in the worker, and the way along a path into a result."""

    def __init__(self, function: Callable[[int], Callable[..., Any]]) -> None:
        self._kept: dict[int, tuple[Any, Sequence[str]]] = {}
        self._function = function
        self.returns: dict[str, list[str]] = {}  # function -> the names of its results

    def keep(self, value: object, names: Sequence[str] = ()) -> Ref:
        """Store `value`; a path into it may begin with one of `names`."""
        if len(self._kept) >= _KEPT:
            raise MemoryError("too many values that cannot travel")
        number = len(self._kept) + 1
        self._kept[number] = (value, names)
        return Ref(number, type(value).__name__[:200])

    def incoming(self, value: Any) -> Any:
        """`value` with references and functions replaced by what they stand for."""
        if isinstance(value, Ref):
            return self._kept[value.id][0]
        if isinstance(value, Function):
            return self._function(value.id)
        if isinstance(value, list | tuple):
            return type(value)(self.incoming(item) for item in value)
        if isinstance(value, dict):
            return {key: self.incoming(item) for key, item in value.items()}
        return value

    def names_of(self, function: Any) -> Sequence[str]:
        """What a function calls the parts of its result; a method has no names for them."""
        return self.returns.get(function, ()) if type(function) is str else ()

    def outgoing(self, function: Any, result: object, take: Sequence[Any]) -> object:
        """The part of a result of `function` that a test asks for. Raises Missing."""
        return walk(result, take, self.names_of(function))

    def part(self, ref: Ref, take: Sequence[Any]) -> object:
        """The part of a kept value that a test asks for. Raises Missing."""
        value, names = self._kept[ref.id]
        return walk(value, take, names)
