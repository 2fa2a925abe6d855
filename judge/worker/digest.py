"""A digest of a live function's code, equal wherever the same source was compiled.

A kernel sends the digest of each task function, and a worker computes it again after loading. A
difference means that the function in the kernel's memory is not the one its cells define: a cell
stopped half-way, or the function came from elsewhere.

File names, line numbers and default values are no part of it.
"""

from __future__ import annotations

import hashlib
import inspect
import sys
from collections.abc import Callable, Iterator
from functools import cached_property, partial, partialmethod
from types import CellType, CodeType, FunctionType, MethodType

_VERSION = f"{sys.version_info.major}.{sys.version_info.minor}"
_DEEPEST = 20


def digest(value: object) -> str:
    """`3.11:` and 32 hex digits for a function, class or what wraps one; "" when it has no code.

    Raises nothing and calls nothing of the value's own.
    """
    hasher = hashlib.sha256()
    try:
        found = _Digest(hasher.update).of(value)
    except Exception:  # noqa: BLE001  a hostile object; no digest is the honest answer
        return ""
    return f"{_VERSION}:{hasher.hexdigest()[:32]}" if found else ""


def differ(kernel: str, worker: str) -> bool:
    """Whether two digests show different code. Not if one is missing or of another Python."""
    comparable = kernel.partition(":")[0] == worker.partition(":")[0]
    return bool(kernel and worker and comparable and kernel != worker)


class _Digest:
    """Feeds the code behind a value to a hash."""

    def __init__(self, update: Callable[[bytes], None]) -> None:
        self._update = update
        self._seen: set[int] = set()

    def of(self, value: object, depth: int = 0) -> bool:
        """Whether `value` has Python code; it has then been added."""
        value = _unwrapped(value)
        if id(value) in self._seen or depth > _DEEPEST:
            return True  # recursion: it is in the hash already
        self._seen.add(id(value))
        if isinstance(value, FunctionType):
            self._code(value.__code__)
            for cell in value.__closure__ or ():
                self._captured(cell, depth)
            return True
        if isinstance(value, type):
            return self._class(value, depth)
        call = inspect.getattr_static(type(value), "__call__", None)
        return isinstance(call, FunctionType) and self.of(type(value), depth + 1)

    def _captured(self, cell: CellType, depth: int) -> None:
        """A function that a closure holds: a decorator without `wraps` shows only this way."""
        try:
            content = cell.cell_contents
        except ValueError:  # not bound yet
            return
        if isinstance(_unwrapped(content), FunctionType):
            self.of(content, depth + 1)

    def _class(self, value: type, depth: int) -> bool:
        """Methods of a class and of its bases from the same module."""
        found = False
        module = _static(value, "__module__")
        for base in type.mro(value):
            if _static(base, "__module__") != module:
                continue
            for name, member in sorted(type.__dict__["__dict__"].__get__(base).items()):
                own = not isinstance(member, type) or _static(member, "__module__") == module
                for function in _functions(member) if own else ():
                    self._update(f"{name}\n".encode())
                    found = self.of(function, depth + 1) or found
        return found

    def _code(self, code: CodeType) -> None:
        self._update(code.co_code)
        names = (code.co_names, code.co_varnames, code.co_freevars, code.co_cellvars)
        self._update(repr((names, code.co_argcount, code.co_kwonlyargcount)).encode())
        for constant in code.co_consts:
            self._constant(constant)

    def _constant(self, value: object) -> None:
        if isinstance(value, CodeType):
            self._code(value)
        elif isinstance(value, tuple):
            self._update(f"tuple {len(value)}\n".encode())
            for item in value:
                self._constant(item)
        elif isinstance(value, frozenset):  # its order changes from process to process
            self._update(f"set {sorted(map(repr, value))}\n".encode())
        else:
            self._update(f"{type(value).__name__} {value!r}\n".encode())


def _unwrapped(value: object) -> object:
    """What lies under partials, `functools.wraps`, caches and bound methods."""
    for _ in range(_DEEPEST):
        if isinstance(value, partial):
            inner: object = value.func
        elif isinstance(value, MethodType):
            inner = value.__func__
        elif isinstance(value, type):
            return value
        else:
            inner = _static(value, "__wrapped__")
        if inner is None:
            return value
        value = inner
    return value


def _functions(member: object) -> Iterator[object]:
    """Functions that a class's attribute stands for."""
    if isinstance(member, staticmethod | classmethod):
        yield member.__func__
    elif isinstance(member, property):
        yield from (f for f in (member.fget, member.fset, member.fdel) if f is not None)
    elif isinstance(member, cached_property | partialmethod):
        yield member.func
    elif isinstance(_unwrapped(member), FunctionType) or isinstance(member, type):
        yield member


def _static(value: object, name: str) -> object:
    return inspect.getattr_static(value, name, None)
