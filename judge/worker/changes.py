"""Which statements change a name without binding it, so that a slice must keep them.

`table.append(1)`, `np.seterr(all="ignore")`, `layer.scale = 2`, `build_table()` where that function
of the submission fills a global: each leaves a name bound as before and its value another.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator, Sequence, Set
from functools import cached_property

from judge.worker.names import (
    DefinitionNode,
    Facts,
    FunctionNode,
    Needs,
    Origin,
    Passed,
    facts_of,
    facts_of_body,
    needs_of,
    root_of,
)
from judge.worker.plan import Piece

# Methods that configure a module or register something with it. `np.append` changes no module.
_CONFIGURES = re.compile(
    r"set(?!item$|diff1d$|xor1d$|p$|_trace$)|seed$|manual_seed|filterwarnings$|simplefilter$"
    r"|register|use_|stack_size$|basicConfig$|patch"
)
_CHANGES = re.compile(
    r"set|seed$|manual_seed|register|append|extend|insert$|add|update|pop|remove$|discard$|clear$"
    r"|sort$|reverse$|rotate$|fill|push|put|resize$|load_state_dict$|eval$|__set|.*[^_]_$"
)
# The same without seeds: a function of the submission that seeds is most often a demo.
_SETS = re.compile(
    r"set(?!item$|diff1d$|xor1d$|p$|_trace$|_printoptions$)|filterwarnings$|simplefilter$"
)
# Functions that change their first argument.
_CHANGES_FIRST_ARGUMENT = re.compile(
    r"setattr$|delattr$|setitem$|delitem$|shuffle$|heap(?:ify|push|pop|replace)|copyto$|put"
    r"|fill_diagonal$|place$|at$|insort|.*[^_]_$"
)
# Their settings hold for the whole process, whether or not the task names the module.
_PROCESS_WIDE = frozenset({"sys", "random", "warnings", "threading", "decimal"})


def package_key(package: str) -> str:
    """The name under which changes of an imported package are filed, under whatever alias."""
    return f"@{package}"


class Statement:
    """One top-level statement and what it does to names; its needs are worked out on demand."""

    def __init__(self, piece: Piece, node: ast.stmt) -> None:
        self.piece = piece
        self.node = node
        self.facts = facts_of(node)

    @cached_property
    def needs(self) -> Needs:
        needs = needs_of(self.piece.source, self.node)
        return Needs(needs.now | self.facts.needs, needs.late, needs.sets)

    @property
    def is_definition(self) -> bool:
        return isinstance(self.node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)


class Changes:
    """For each statement of a submission: which names it changes."""

    def __init__(self, statements: Sequence[Statement], wanted: Set[str]) -> None:
        self._wanted = wanted
        self._origins: dict[str, Origin] = {}
        self._definitions: dict[str, list[tuple[DefinitionNode, Statement]]] = {}
        self._globals_of: dict[str, frozenset[str]] = {}
        self._reaches: dict[str, bool] = {}
        self._stores: dict[str, bool] = {}
        for statement in statements:
            self._origins.update(statement.facts.origins)
            for name, node in statement.facts.definitions.items():
                self._define(name, node, statement)

    def _define(self, name: str, node: DefinitionNode, statement: Statement) -> None:
        """File a definition by its name, and the methods of a class by `.name`."""
        self._definitions.setdefault(name, []).append((node, statement))
        if isinstance(node, ast.ClassDef):
            for method in node.body:
                if isinstance(method, FunctionNode):
                    self._definitions.setdefault(f".{method.name}", []).append((method, statement))

    def of(self, statement: Statement) -> frozenset[str]:
        """Names that a statement changes; `package_key(...)` for an imported package."""
        facts = statement.facts
        found = facts.touched | self._changed_by_methods(facts) | self._changed_arguments(facts)
        for targets, iterated in reversed(facts.loops):
            if targets & found:  # changing a loop's variable changes what it runs over
                found |= iterated
        if not facts.called & self._wanted:
            for name in _called(facts):
                found |= self._globals_changed_by(name)
        found |= {package_key(o.package) for name in found if (o := self._origins.get(name))}
        if not any(self._reaches_task(name) for name in _called(facts)):
            configured = self._configured(facts, _CONFIGURES)
            # A filter of warnings changes no result; those worth taking are process wide.
            found |= configured if package_key("warnings") not in configured else set()
        return frozenset(found - {""})

    def is_process_wide(self, statement: Statement) -> bool:
        """Whether a statement sets what holds for the whole process: the recursion limit, a seed.

        Only a statement that does nothing else counts, with the standard library alone: a demo
        may set a seed as well, and `category=pandas.errors.X` must not bring pandas in.
        """
        if not isinstance(statement.node, ast.Expr):
            return False
        origins = (self._origins.get(name) for name in statement.needs.now)
        if any(o and o.package not in sys.stdlib_module_names for o in origins):
            return False
        configured = self._configured(statement.facts, _CONFIGURES)
        return any(package_key(name) in configured for name in _PROCESS_WIDE)

    def _changed_by_methods(self, facts: Facts) -> set[str]:
        """Objects changed by `x.append(...)` or by a method of an own class that stores in self.

        Packages are apart: `np.append` changes nothing.
        """
        return {
            call.root
            for call in facts.methods
            if call.root not in self._origins
            and (_CHANGES.match(call.name) or self._stores_into_parameter(f".{call.name}"))
        }

    def _configured(self, facts: Facts, pattern: re.Pattern[str]) -> set[str]:
        """Names and packages configured, by `np.seterr(...)` or by a bare `seterr(...)`.

        Not inside loops: a loop that seeds NumPy at each turn is a demo.
        """
        names = {
            call.root
            for call in facts.methods
            if call.root in self._origins and not call.in_loop and pattern.match(call.name)
        }
        names |= {
            name
            for name in facts.called & self._origins.keys()
            if pattern.match(self._origins[name].name)
        }
        return names | {package_key(self._origins[name].package) for name in names}

    def _changed_arguments(self, facts: Facts) -> set[str]:
        return {call.argument for call in facts.passed if self._changes_argument(call)}

    def _changes_argument(self, call: Passed) -> bool:
        if call.function in self._definitions:
            return call.function not in self._wanted and self._stores_into_parameter(call.function)
        return call.first and _CHANGES_FIRST_ARGUMENT.match(call.function) is not None

    # --- what the submission's own functions change -------------------------------------------

    def _globals_changed_by(self, name: str) -> frozenset[str]:
        """Globals that a call of an own function or class changes, through others too.

        Calls of the tasks do not count: a task that fills a memo is right without it.
        """
        if name not in self._definitions:
            return frozenset()
        if name not in self._globals_of:
            self._globals_of[name] = frozenset()  # ends recursion
            changed: set[str] = set()
            for node, statement in self._definitions[name]:
                facts = facts_of_body(node.body)
                needs = statement.needs
                roots = facts.touched | self._changed_by_methods(facts)
                roots |= self._changed_arguments(facts)
                changed |= (roots & (needs.late | needs.now)) | needs.sets
                if not self._reaches_task(name):
                    changed |= self._configured(facts, _SETS)
                for called in _called(facts) - self._wanted:
                    changed |= self._globals_changed_by(called)
            self._globals_of[name] = frozenset(changed)
        return self._globals_of[name]

    def _reaches_task(self, name: str) -> bool:
        """Whether a call of this name may come to call a task: then it is part of a demo."""
        if name in self._wanted:
            return True
        if name not in self._definitions:
            return False
        if name not in self._reaches:
            self._reaches[name] = False  # ends recursion
            self._reaches[name] = any(
                self._reaches_task(needed)
                for _, statement in self._definitions[name]
                for needed in statement.needs.late
            )
        return self._reaches[name]

    def _stores_into_parameter(self, name: str) -> bool:
        """Whether an own function, or a method given as `.name`, changes what it is given."""
        if name not in self._stores:
            self._stores[name] = any(
                isinstance(node, FunctionNode) and self._fills(node)
                for node, _ in self._definitions.get(name, ())
            )
        return self._stores[name]

    def _fills(self, node: FunctionNode) -> bool:
        """Whether a function stores into one of its parameters, or calls what changes it."""
        arguments = node.args
        names = {a.arg for a in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)}
        roots = {
            call.root
            for call in facts_of_body(node.body).methods
            if call.root not in self._origins and _CHANGES.match(call.name)
        }
        # `x += 1` binds a local anew: only stores into a parameter reach the caller's object.
        return bool(names & (roots | {root_of(target) for target in _stores_into(node)}))


def _called(facts: Facts) -> set[str]:
    """Names as definitions are filed: functions, classes, `.name` for methods."""
    roots = {call.root for call in facts.methods}  # `Table.fill()` may use the whole class
    return facts.called | roots | {f".{call.name}" for call in facts.methods}


def _stores_into(node: ast.AST) -> Iterator[ast.AST]:
    for inner in ast.walk(node):
        if isinstance(inner, ast.Attribute | ast.Subscript) and not isinstance(inner.ctx, ast.Load):
            yield inner
