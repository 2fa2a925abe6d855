"""What one top-level statement does to names: binds, needs, changes, calls.

Needs come from `symtable`, which knows scopes: a function's local variables are no needs of its
module. Bindings and changes come from a walk over the syntax tree that does not enter function
bodies, because defining a function changes nothing yet.
"""

from __future__ import annotations

import ast
import symtable
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from judge.worker.flow import exposed, own_names

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef
DefinitionNode = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef

# Scopes that run as soon as the statement does; all others wait for a call.
_RUNS_AT_ONCE = frozenset({"module", "class", "type parameters", "type parameter"})


@dataclass(frozen=True)
class Needs:
    """Global names that a statement needs as it runs, and those its functions need later."""

    now: frozenset[str]
    late: frozenset[str]
    sets: frozenset[str]  # globals that its functions bind by a `global` statement


class MethodCall(NamedTuple):
    """`root.a.b.name(...)`; `root` is empty when the chain does not begin with a name."""

    root: str
    name: str
    in_loop: bool


class Passed(NamedTuple):
    """An argument of a call: the name at its left end."""

    function: str  # or method
    argument: str
    first: bool


class Origin(NamedTuple):
    """Where an imported name comes from: its top-level package, and its name there."""

    package: str
    name: str


@dataclass
class Facts:
    """What a statement does at once, as far as its syntax shows."""

    strong: set[str] = field(default_factory=set)  # certainly bound afterwards
    weak: set[str] = field(default_factory=set)  # bound on some ways through it
    touched: set[str] = field(default_factory=set)  # `x[i] = `, `x.a = `, `x += `, `del x`
    needs: set[str] = field(default_factory=set)  # needed although only stored to
    called: set[str] = field(default_factory=set)
    methods: set[MethodCall] = field(default_factory=set)
    passed: set[Passed] = field(default_factory=set)
    origins: dict[str, Origin] = field(default_factory=dict)
    definitions: dict[str, DefinitionNode] = field(default_factory=dict)
    stars: list[str] = field(default_factory=list)  # modules of star imports
    # For each loop and comprehension: its variables, and the names it iterates over.
    loops: list[tuple[frozenset[str], frozenset[str]]] = field(default_factory=list)


def needs_of(source: str, node: ast.stmt) -> Needs:
    """Needs of one statement, from its own text."""
    try:
        top = symtable.symtable(source, "<statement>", "exec")
    except SyntaxError:  # `await` at top level: take every name, which is too many but safe
        names = frozenset(n.id for n in ast.walk(node) if isinstance(n, ast.Name))
        return Needs(names, names, frozenset())
    now: set[str] = set()
    late: set[str] = set()
    sets: set[str] = set()
    todo: list[tuple[symtable.SymbolTable, bool]] = [(top, True)]
    while todo:
        table, at_once = todo.pop()
        at_once = at_once and _runs_at_once(table)
        needed = now if at_once else late
        for symbol in table.get_symbols():
            if symbol.is_referenced() and (table is top or symbol.is_global()):
                needed.add(symbol.get_name())
            if table is not top and symbol.is_declared_global() and symbol.is_assigned():
                sets.add(symbol.get_name())
        todo.extend((child, at_once) for child in table.get_children())
    definition = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
    if not definition and (inside := now & own_names(node)):
        now -= inside - exposed(node)
    return Needs(frozenset(now), frozenset(late), frozenset(sets))


def _runs_at_once(table: symtable.SymbolTable) -> bool:
    # A comprehension is a function with the parameter `.0`.
    return str(table.get_type()) in _RUNS_AT_ONCE or ".0" in table.get_identifiers()


def facts_of(node: ast.stmt) -> Facts:
    """What a top-level statement does when it runs."""
    walk = _Walk(enters_functions=False)
    walk.run([(node, _Where("strong", False))])
    return walk.facts


def facts_of_body(body: Iterable[ast.stmt]) -> Facts:
    """What the body of a function or class may do when it runs, nested functions included."""
    walk = _Walk(enters_functions=True)
    walk.run([(node, _Where("none", False)) for node in body])
    return walk.facts


def root_of(node: ast.AST) -> str:
    """The name at the left end of `x.a[i].b(...).c`, or an empty string."""
    while True:
        if isinstance(node, ast.Name):
            return node.id
        if isinstance(node, ast.Attribute | ast.Subscript | ast.Starred):
            node = node.value
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            node = node.func
        else:
            return ""


class _Where(NamedTuple):
    binding: str  # "strong", "weak" or "none": what a store to a name means here
    in_loop: bool

    def weaker(self, *, loop: bool = False) -> _Where:
        binding = "weak" if self.binding == "strong" else self.binding
        return _Where(binding, self.in_loop or loop)


class _Walk:
    """Collects facts, iteratively: deep source must not exhaust the stack."""

    def __init__(self, *, enters_functions: bool) -> None:
        self.facts = Facts()
        self._enters = enters_functions
        self._todo: list[tuple[ast.AST, _Where]] = []

    def run(self, todo: list[tuple[ast.AST, _Where]]) -> None:
        self._todo = todo
        while self._todo:
            node, where = self._todo.pop()
            _HANDLERS.get(type(node), _Walk._children)(self, node, where)

    def _push(self, nodes: Iterable[ast.AST | None], where: _Where) -> None:
        self._todo.extend((node, where) for node in nodes if node is not None)

    def _children(self, node: ast.AST, where: _Where) -> None:
        self._push(ast.iter_child_nodes(node), where)

    def _weakly(self, node: ast.AST, where: _Where) -> None:
        self._children(node, where.weaker())

    def _bind(self, name: str, where: _Where) -> None:
        if where.binding == "strong":
            self.facts.strong.add(name)
        elif where.binding == "weak":
            self.facts.weak.add(name)

    def _define(self, node: DefinitionNode, where: _Where) -> None:
        self._bind(node.name, where)
        if where.binding != "none":
            self.facts.definitions[node.name] = node
        for decorator in node.decorator_list:
            self._push([decorator], where.weaker())
            # A bare decorator is a call as well.
            if isinstance(decorator, ast.Name):
                self.facts.called.add(decorator.id)
            elif isinstance(decorator, ast.Attribute):
                self._method(decorator, where)

    def _function(self, node: FunctionNode, where: _Where) -> None:
        self._define(node, where)
        self._push([*node.args.defaults, *node.args.kw_defaults], where.weaker())
        if self._enters:
            self._push(node.body, where)

    def _lambda(self, node: ast.Lambda, where: _Where) -> None:
        self._push([*node.args.defaults, *node.args.kw_defaults], where)
        if self._enters:
            self._push([node.body], where)

    def _class(self, node: ast.ClassDef, where: _Where) -> None:
        self._define(node, where)
        for base in node.bases:  # __init_subclass__ of an own base runs now
            if isinstance(base, ast.Name):
                self.facts.called.add(base.id)
        self._push([*node.bases, *(word.value for word in node.keywords)], where.weaker())
        self._push(node.body, _Where("none", where.in_loop))

    def _import(self, node: ast.Import, where: _Where) -> None:
        for alias in node.names:
            package = alias.name.partition(".")[0]
            name = alias.asname or package
            # `import a.b` and `import a.c` both bind a: none of them replaces the other.
            self._bind(name, where if alias.asname else where.weaker())
            self.facts.origins[name] = Origin(package, "")

    def _import_from(self, node: ast.ImportFrom, where: _Where) -> None:
        package = "." * node.level + (node.module or "").partition(".")[0]
        for alias in node.names:
            if alias.name == "*":
                self.facts.stars.append("." * node.level + (node.module or ""))
                continue
            name = alias.asname or alias.name
            self._bind(name, where)
            self.facts.origins[name] = Origin(package, alias.name)

    def _name(self, node: ast.Name, where: _Where) -> None:
        if isinstance(node.ctx, ast.Store):
            self._bind(node.id, where)
        elif isinstance(node.ctx, ast.Del):
            self.facts.touched.add(node.id)
            self.facts.needs.add(node.id)

    def _stored_into(self, node: ast.Attribute | ast.Subscript, where: _Where) -> None:
        if not isinstance(node.ctx, ast.Load):
            self.facts.touched.add(root_of(node))
        self._children(node, where)

    def _augmented(self, node: ast.AugAssign, where: _Where) -> None:
        name = root_of(node.target)
        self.facts.touched.add(name)
        self.facts.needs.add(name)
        if not isinstance(node.target, ast.Name):
            self._push([node.target], where)
        self._push([node.value], where)

    def _annotated(self, node: ast.AnnAssign, where: _Where) -> None:
        if node.value is not None:  # a bare annotation binds nothing
            self._push([node.target, node.value], where)

    def _for(self, node: ast.For | ast.AsyncFor, where: _Where) -> None:
        self.facts.loops.append((_names_in(node.target), _names_in(node.iter)))
        self._push([node.target, node.iter], where.weaker())
        self._push([*node.body, *node.orelse], where.weaker(loop=True))

    def _while(self, node: ast.While, where: _Where) -> None:
        self._push([node.test, *node.body, *node.orelse], where.weaker(loop=True))

    def _comprehension(self, node: ast.comprehension, where: _Where) -> None:
        self.facts.loops.append((_names_in(node.target), _names_in(node.iter)))
        self._push([node.iter, *node.ifs], where)

    def _walrus(self, node: ast.NamedExpr, where: _Where) -> None:
        self._bind(node.target.id, where.weaker())
        self._push([node.value], where)

    def _capture(self, node: ast.MatchAs | ast.MatchStar | ast.MatchMapping, where: _Where) -> None:
        name = node.rest if isinstance(node, ast.MatchMapping) else node.name
        if name is not None:
            self._bind(name, where)
        self._children(node, where)

    def _call(self, node: ast.Call, where: _Where) -> None:
        function = node.func
        if isinstance(function, ast.Name):
            self.facts.called.add(function.id)
            self._passes(function.id, node)
        elif isinstance(function, ast.Attribute):
            self._method(function, where)
            self._passes(function.attr, node)
        self._children(node, where)

    def _method(self, function: ast.Attribute, where: _Where) -> None:
        call = MethodCall(root_of(function.value), function.attr, where.in_loop)
        self.facts.methods.add(call)

    def _passes(self, name: str, node: ast.Call) -> None:
        for position, argument in enumerate(node.args):
            if root := root_of(argument):
                self.facts.passed.add(Passed(name, root, position == 0))
        for word in node.keywords:
            if word.arg == "out":
                self.facts.touched |= _names_in(word.value)
            elif root := root_of(word.value):
                self.facts.passed.add(Passed(name, root, False))


_HANDLERS: dict[type[ast.AST], Callable[..., None]] = {
    ast.If: _Walk._weakly,
    ast.With: _Walk._weakly,
    ast.AsyncWith: _Walk._weakly,
    ast.Try: _Walk._weakly,
    ast.TryStar: _Walk._weakly,
    ast.Match: _Walk._weakly,
    ast.FunctionDef: _Walk._function,
    ast.AsyncFunctionDef: _Walk._function,
    ast.Lambda: _Walk._lambda,
    ast.ClassDef: _Walk._class,
    ast.Import: _Walk._import,
    ast.ImportFrom: _Walk._import_from,
    ast.Name: _Walk._name,
    ast.Attribute: _Walk._stored_into,
    ast.Subscript: _Walk._stored_into,
    ast.AugAssign: _Walk._augmented,
    ast.AnnAssign: _Walk._annotated,
    ast.For: _Walk._for,
    ast.AsyncFor: _Walk._for,
    ast.While: _Walk._while,
    ast.comprehension: _Walk._comprehension,
    ast.NamedExpr: _Walk._walrus,
    ast.Call: _Walk._call,
    ast.MatchAs: _Walk._capture,
    ast.MatchStar: _Walk._capture,
    ast.MatchMapping: _Walk._capture,
}


def _names_in(node: ast.AST) -> frozenset[str]:
    return frozenset(inner.id for inner in ast.walk(node) if isinstance(inner, ast.Name))
