"""Imports as read from the syntax tree: which there are, and which a challenge does not allow."""

from __future__ import annotations

import ast
import sys
from collections.abc import Collection, Iterator

from judge.worker.plan import Import

# Standard library that reaches outside the process, or makes memory that no allocator sees.
# The sandbox denies what they do in any case; here the student is told before anything runs.
# `asyncio` and `concurrent.futures` stay allowed: their threads and event loops are harmless.
FORBIDDEN = frozenset(
    {
        # native memory and native calls: past tracemalloc, past NumPy
        *("ctypes", "_ctypes", "mmap"),
        # other processes, and memory shared with them
        *("subprocess", "_posixsubprocess", "pty", "asyncio.subprocess"),
        *("multiprocessing", "_multiprocessing", "_posixshmem", "concurrent.futures.process"),
        *("_xxsubinterpreters", "_interpreters", "concurrent.interpreters"),
        # the network
        *("socket", "_socket", "ssl", "_ssl", "socketserver", "http", "urllib.request"),
        *("ftplib", "smtplib", "poplib", "imaplib", "nntplib", "telnetlib", "xmlrpc"),
        *("asyncore", "asynchat", "smtpd", "webbrowser", "antigravity"),
        # the limits of the process itself
        "resource",
    }
)
# `judge` is replaced by functions that do nothing; `__main__` is the submission itself.
_ALWAYS = frozenset({"judge", "__main__"})
_CATCHES_MISSING = frozenset({"ImportError", "ModuleNotFoundError", "Exception", "BaseException"})
_IMPORT_CALLS = frozenset({"__import__", "import_module"})


def imports_of(label: str, node: ast.stmt) -> Iterator[Import]:
    """Every import in a statement at any depth, in order."""
    todo: list[tuple[ast.AST, bool]] = [(node, False)]
    while todo:
        here, optional = todo.pop()
        for module in _modules(here):
            yield Import(module, label, getattr(here, "lineno", 0), optional)
        todo.extend(reversed(_children(here, optional)))


def import_problem(imports: Collection[Import], allowed: Collection[str]) -> Import | None:
    """The first import that no challenge with these third-party packages allows, if any."""
    for item in imports:
        if is_forbidden(item.module) or not (item.optional or _is_known(item.module, allowed)):
            return item
    return None


def withheld_modules(imports: Collection[Import], allowed: Collection[str]) -> tuple[str, ...]:
    """Top-level names of optional imports that are not allowed: the code must go on without."""
    return tuple(
        dict.fromkeys(
            item.module.partition(".")[0]
            for item in imports
            if item.optional
            and not item.module.startswith(".")
            and not _is_known(item.module, allowed)
        )
    )


def import_advice(problem: Import, allowed: Collection[str]) -> str:
    """What to tell the student about an import that `import_problem` found."""
    name = problem.module
    if is_forbidden(name):
        return f"{name} reaches outside the function's own work, so no solution may import it."
    packages = ", ".join(sorted(allowed)) or "no third-party package"
    if name.startswith("."):
        return f"{name} is a file of your own, which is not handed in: define its names in a cell."
    return (
        f"A solution may import {packages} and the standard library, and not {name}. "
        "For a file of your own: define its names in a cell instead."
    )


def is_forbidden(module: str) -> bool:
    """Whether a dotted name is, or lies inside, a forbidden module."""
    parts = module.split(".")
    return any(".".join(parts[:end]) in FORBIDDEN for end in range(1, len(parts) + 1))


def _is_known(module: str, allowed: Collection[str]) -> bool:
    top = module.partition(".")[0]
    return top in _ALWAYS or top in allowed or top in sys.stdlib_module_names


def _modules(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        module = "." * node.level + (node.module or "")
        # `from urllib import request` names the module only in its second half.
        inner = [f"{module}.{alias.name}" for alias in node.names]
        return [module, *(name for name in inner if name in FORBIDDEN)]
    if isinstance(node, ast.Call) and node.args:
        name = getattr(node.func, "attr", getattr(node.func, "id", ""))
        first = node.args[0]
        if name in _IMPORT_CALLS and isinstance(first, ast.Constant):
            return [first.value] if isinstance(first.value, str) else []
    return []


def _children(node: ast.AST, optional: bool) -> list[tuple[ast.AST, bool]]:
    if isinstance(node, ast.Try) and any(_catches_missing(h) for h in node.handlers):
        rest: list[ast.AST] = [*node.handlers, *node.orelse, *node.finalbody]
        return [*((child, True) for child in node.body), *((c, optional) for c in rest)]
    if isinstance(node, ast.If) and _is_type_checking(node.test):
        return [*((c, True) for c in node.body), *((c, optional) for c in node.orelse)]
    return [(child, optional) for child in ast.iter_child_nodes(node)]


def _catches_missing(handler: ast.ExceptHandler) -> bool:
    if handler.type is None:
        return True
    types = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(isinstance(kind, ast.Name) and kind.id in _CATCHES_MISSING for kind in types)


def _is_type_checking(test: ast.expr) -> bool:
    return getattr(test, "attr", getattr(test, "id", "")) == "TYPE_CHECKING"
