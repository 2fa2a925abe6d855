"""The modules of a challenge's tests as syntax trees: what each statement binds and what it uses.

The author's own text: nothing of a submission comes here.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from judge.errors import ChallengeError
from judge.manifest import read_text
from judge.regions import parse_cell

_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


@dataclass(frozen=True)
class Use:
    """A name that a statement uses; of a module of the folder, what of it: None is all."""

    name: str
    attribute: str | None = None


@dataclass(frozen=True)
class Module:
    """One file of a challenge folder."""

    file: Path
    body: tuple[ast.stmt, ...]

    @property
    def name(self) -> str:
        return self.file.stem

    @cached_property
    def binds(self) -> dict[str, list[int]]:
        """Name -> the statements that define it or change what it stands for."""
        found: dict[str, list[int]] = {}
        for n, statement in enumerate(self.body):
            for name in bound(statement):
                found.setdefault(name, []).append(n)
        return found

    def neighbour(self, name: str) -> Path | None:
        """The file of a module of the same folder, if there is one."""
        file = self.file.with_name(f"{name}.py")
        return file if file.is_file() else None


@dataclass
class Folder:
    """The modules of a challenge folder, each read once."""

    path: Path
    _modules: dict[str, Module] = field(default_factory=dict)

    def module(self, name: str) -> Module:
        """Raises ChallengeError, also for what cannot be cut."""
        if name not in self._modules:
            file = self.path / f"{name}.py"
            body = tuple(parse_cell(read_text(file), str(file)).body)
            for statement in body:
                _check(statement, file)
            self._modules[name] = Module(file, body)
        return self._modules[name]


def bound(statement: ast.stmt) -> set[str]:
    """What a statement at the top of a module binds, or changes: `TABLE["x"] = 1` changes TABLE.

    A call by itself may change whatever it names.
    """
    if isinstance(statement, _SCOPES):
        return {statement.name}
    if isinstance(statement, ast.Import | ast.ImportFrom):
        return {alias.asname or alias.name.partition(".")[0] for alias in statement.names}
    if isinstance(statement, ast.Expr):
        return {use.name for use in uses(statement)}
    found: set[str] = set()
    for node in _outside_functions(statement):
        if isinstance(node, ast.stmt) and node is not statement:
            found |= bound(node)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store | ast.Del):
            found.add(node.id)
        elif isinstance(node, ast.Attribute | ast.Subscript) and isinstance(node.ctx, ast.Store):
            found |= {name.id for name in ast.walk(node.value) if isinstance(name, ast.Name)}
    return found


def uses(node: ast.AST) -> Iterator[Use]:
    """Every name in a statement; of `oracle.softmax` that attribute alone."""
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        yield Use(node.value.id, node.attr)
        return
    if isinstance(node, ast.Name):
        yield Use(node.id)
    for child in ast.iter_child_nodes(node):
        yield from uses(child)


def _outside_functions(node: ast.AST) -> Iterator[ast.AST]:
    yield node
    if isinstance(node, (*_SCOPES, ast.Lambda)):
        return
    for child in ast.iter_child_nodes(node):
        yield from _outside_functions(child)


def _check(statement: ast.stmt, file: Path) -> None:
    """Neighbours are imported at the top of a module alone: anything else could hide one."""
    for node in ast.walk(statement):
        if not isinstance(node, ast.ImportFrom) or not node.level:
            continue
        if node is not statement or node.level > 1:
            raise ChallengeError(
                f"{file}, line {node.lineno}: this import cannot be followed for a release.\n"
                "Import modules of the folder at the top: from .oracle import softmax"
            )
