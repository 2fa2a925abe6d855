"""Names that a statement uses before it has bound them itself.

`for i in range(9): table.append(i)` needs `table` from outside, and no `i`: without this, a demo
that happened to bind `i` earlier would be taken for a need.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Set

_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_OWN_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)


def own_names(node: ast.stmt) -> frozenset[str]:
    """Names that a statement binds somewhere inside and may use there as well."""
    handlers = (n for n in _outside_functions(node) if isinstance(n, ast.ExceptHandler))
    return frozenset(_stored(node) | {handler.name for handler in handlers if handler.name})


def exposed(node: ast.stmt) -> frozenset[str]:
    """Names read at once, on some way through the statement, before it has bound them."""
    found: set[str] = set()
    _Flow(found).block([node], frozenset())
    return frozenset(found)


class _Flow:
    """Walks statements in the order of execution. Nesting is bounded by Python's own limit."""

    def __init__(self, found: set[str]) -> None:
        self._found = found

    def block(self, body: Iterable[ast.stmt], bound: Set[str]) -> Set[str]:
        """Note exposed names of `body`; return what is certainly bound after it."""
        for node in body:
            bound = self._statement(node, bound)
        return bound

    def _read(self, node: ast.AST | None, bound: Set[str]) -> None:
        if node is not None:
            self._found |= _reads(node) - bound

    def _statement(self, node: ast.stmt, bound: Set[str]) -> Set[str]:
        match node:
            case ast.For() | ast.AsyncFor():
                self._read(node.iter, bound)
                return self._loop(node, bound | _stores(node.target))
            case ast.While():
                self._read(node.test, bound)
                return self._loop(node, bound | _stores(node.test))
            case ast.If():
                self._read(node.test, bound)
                bound = bound | _stores(node.test)
                return self.block(node.body, bound) & self.block(node.orelse, bound)
            case ast.With() | ast.AsyncWith():
                return self._with(node, bound)
            case ast.Try() | ast.TryStar():
                return self._try(node, bound)
            case ast.Match():
                self._read(node.subject, bound)
                for case in node.cases:
                    self._read(case.guard, bound | _captures(case.pattern))
                    self.block(case.body, bound | _captures(case.pattern))
                return bound
            case _:
                self._read(node, bound)
                return bound | _stores(node)

    def _loop(self, node: ast.For | ast.AsyncFor | ast.While, bound: Set[str]) -> Set[str]:
        self.block(node.body, bound)
        outside = bound - _stores(node.target) if not isinstance(node, ast.While) else bound
        self.block(node.orelse, outside)
        return outside

    def _with(self, node: ast.With | ast.AsyncWith, bound: Set[str]) -> Set[str]:
        for item in node.items:
            self._read(item.context_expr, bound)
            bound = bound | (_stores(item.optional_vars) if item.optional_vars else set())
        return self.block(node.body, bound)

    def _try(self, node: ast.Try | ast.TryStar, bound: Set[str]) -> Set[str]:
        after = self.block(node.orelse, self.block(node.body, bound))
        for handler in node.handlers:
            self._read(handler.type, bound)
            name = {handler.name} if handler.name else set()
            after = after & self.block(handler.body, bound | name)
        return after | self.block(node.finalbody, bound)


def _outside_functions(node: ast.AST) -> Iterator[ast.AST]:
    todo = [node]
    while todo:
        here = todo.pop()
        yield here
        if here is node or not isinstance(here, _OWN_SCOPES):
            todo.extend(ast.iter_child_nodes(here))


def _stored(node: ast.AST) -> set[str]:
    return {
        n.id
        for n in _outside_functions(node)
        if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)
    }


def _stores(node: ast.AST) -> set[str]:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return {node.name}
    if isinstance(node, ast.Import | ast.ImportFrom):
        return {a.asname or a.name.partition(".")[0] for a in node.names}
    return _stored(node)


def _captures(pattern: ast.pattern) -> set[str]:
    names: set[str | None] = set()
    for node in ast.walk(pattern):
        if isinstance(node, ast.MatchAs | ast.MatchStar):
            names.add(node.name)
        elif isinstance(node, ast.MatchMapping):
            names.add(node.rest)
    return {name for name in names if name}


def _reads(node: ast.AST) -> set[str]:
    """Names read, but for those that a comprehension or a walrus inside binds itself."""
    names: set[str] = set()
    own: set[str] = set()
    todo: list[ast.AST] = [node]
    while todo:
        here = todo.pop()
        if isinstance(here, _COMPREHENSIONS):
            targets = {name for g in here.generators for name in _stores(g.target)}
            parts = list(ast.iter_child_nodes(here))
            names |= {name for part in parts for name in _reads(part)} - targets
            continue
        if isinstance(here, ast.NamedExpr):
            own.add(here.target.id)
        elif isinstance(here, ast.Name) and not isinstance(here.ctx, ast.Store):
            names.add(here.id)
        todo.extend(ast.iter_child_nodes(here))
    return names - own
