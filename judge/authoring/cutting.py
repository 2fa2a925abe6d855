"""From hidden_tests.py and its neighbours, the public tests and nothing that they do not need.

Names are followed through the syntax trees, from each public test to what it uses, and so on. What
is reached is written out from the trees, without comments and without the docstrings of helpers:
both may speak of what stays hidden. What `oracle.py` holds counts as the oracle.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from judge.authoring.modules import Folder, Module, Use, uses
from judge.errors import ChallengeError
from judge.testing.marks import HiddenTest

TESTS = "hidden_tests"
ORACLE = "oracle"
SUPPORT = "support"  # travels as it is: a student's own code stands beside it

Place = tuple[str, int]  # a module, and which of its statements


@dataclass
class Reached:
    """Statements, and of imports the names that are used."""

    statements: set[Place] = field(default_factory=set)
    names: dict[Place, set[str]] = field(default_factory=dict)

    def add(self, other: Reached) -> None:
        self.statements |= other.statements
        for place, names in other.names.items():
            self.names.setdefault(place, set()).update(names)

    def modules(self) -> set[str]:
        return {module for module, _ in self.statements}


@dataclass(frozen=True)
class Cutter:
    """Follows the names of one challenge folder. `tests` are all of its tests."""

    folder: Folder
    tests: Sequence[HiddenTest]

    def reach(self, test: str) -> Reached:
        """All that a test needs, itself included. Raises ChallengeError."""
        reached, done = Reached(), set[tuple[str, str | None]]()
        waiting: list[tuple[str, str | None]] = [(TESTS, test)]
        while waiting:
            wanted = waiting.pop()
            if wanted in done:
                continue
            done.add(wanted)
            waiting += self._follow(wanted[0], wanted[1], test, reached)
        return reached

    def _follow(
        self, module_name: str, name: str | None, test: str, reached: Reached
    ) -> Iterable[tuple[str, str | None]]:
        """What a name of a module stands for, and what that needs in turn."""
        if module_name == SUPPORT:
            return
        module = self.folder.module(module_name)
        if name is None:
            yield from ((module_name, bound) for bound in module.binds)
            return
        self._check_hidden(module, name, test)
        places = module.binds.get(name, [])
        if not places:
            yield from self._through_star(module, name, reached)
        for n in places:
            yield from self._statement(module, n, name, reached)

    def _statement(
        self, module: Module, n: int, name: str, reached: Reached
    ) -> Iterable[tuple[str, str | None]]:
        statement, place = module.body[n], (module.name, n)
        reached.statements.add(place)
        if isinstance(statement, ast.Import | ast.ImportFrom):
            reached.names.setdefault(place, set()).add(name)
            yield from _imported(module, statement, name)
            return
        for use in _uses(statement):
            yield from self._used(module, use)

    def _used(self, module: Module, use: Use) -> Iterable[tuple[str, str | None]]:
        yield module.name, use.name
        for n in module.binds.get(use.name, []):
            statement = module.body[n]
            if neighbour := _whole_module(module, statement, use.name):
                yield neighbour, use.attribute

    def _through_star(
        self, module: Module, name: str, reached: Reached
    ) -> Iterable[tuple[str, str | None]]:
        """A name that a neighbour gives with all its others; if none does, it is a builtin."""
        for n, statement in enumerate(module.body):
            if not isinstance(statement, ast.ImportFrom) or statement.names[0].name != "*":
                continue
            if not statement.level or statement.module is None:
                reached.statements.add((module.name, n))  # of another package: as it is
            elif self._gives(statement.module, name):
                reached.statements.add((module.name, n))
                reached.names.setdefault((module.name, n), set()).add(name)
                yield statement.module, name

    def _gives(self, module_name: str, name: str) -> bool:
        module = self.folder.module(module_name)
        stars = [s for s in module.body if isinstance(s, ast.ImportFrom) and s.level and s.module]
        further = [s.module for s in stars if s.names[0].name == "*" and s.module]
        own = not name.startswith("_") and name in module.binds
        return own or any(self._gives(other, name) for other in further)

    def _check_hidden(self, module: Module, name: str, test: str) -> None:
        """A test may lean on another's function; on that of a hidden one it must not."""
        hidden = {t.name for t in self.tests if t.visibility == "hidden"}
        if name in hidden and name in module.binds:
            raise ChallengeError(
                f"{module.file}: the public test {test} uses the hidden test {name}.\n"
                "Move what both use into a function of its own."
            )

    # --- writing -------------------------------------------------------------------------------

    def sources(self, reached: Reached) -> Iterator[str]:
        """Every statement as the author has it, of imports the names that are used."""
        for name, n in sorted(reached.statements):
            module = self.folder.module(name)
            statement = module.body[n]
            if isinstance(statement, ast.Import | ast.ImportFrom):
                statement = self._narrowed(module, statement, reached.names[name, n])
            yield f"{name}: {ast.unparse(statement)}"

    def written(self, reached: Reached, tests: Sequence[HiddenTest], about: str) -> dict[str, str]:
        """The files by name. `tests` are those that travel."""
        names = {test.name: test for test in tests}
        files = {}
        for module_name in sorted(reached.modules()):
            module = self.folder.module(module_name)
            kept = [
                self._kept(module, n, statement, reached, names)
                for n, statement in enumerate(module.body)
                if (module_name, n) in reached.statements or _is_future(statement)
            ]
            text = "\n".join(_spaced(statement) for statement in kept)
            head = about if module_name == TESTS else "What the public tests use."
            files[f"{module_name}.py"] = f'"""{head}"""\n\n{text}\n'
        return files

    def _kept(
        self,
        module: Module,
        n: int,
        statement: ast.stmt,
        reached: Reached,
        tests: dict[str, HiddenTest],
    ) -> ast.stmt:
        """A statement as it travels: of an import the names that are used."""
        if isinstance(statement, ast.Import | ast.ImportFrom) and not _is_future(statement):
            used = reached.names.get((module.name, n))
            return statement if used is None else self._narrowed(module, statement, used)
        statement = copy.deepcopy(statement)
        if isinstance(statement, ast.FunctionDef) and statement.name in tests:
            _limit_needs(statement, tests)
        else:
            _drop_docstrings(statement)
        return statement

    def _narrowed(
        self, module: Module, statement: ast.Import | ast.ImportFrom, used: set[str]
    ) -> ast.stmt:
        narrow = copy.deepcopy(statement)
        if isinstance(narrow, ast.ImportFrom) and narrow.names[0].name == "*" and narrow.module:
            order = list(self.folder.module(narrow.module).binds)
            names = sorted(used, key=lambda name: order.index(name) if name in order else -1)
            narrow.names = [ast.alias(name) for name in names]
        else:
            narrow.names = [a for a in narrow.names if (a.asname or a.name.split(".")[0]) in used]
        return narrow


def needs_reference(folder: Folder, reached: Reached) -> bool:
    """Whether something measures the reference, which students do not get."""
    return any(
        isinstance(node, ast.Attribute) and node.attr == "reference"
        for module, n in reached.statements
        for node in ast.walk(folder.module(module).body[n])
    )


def _imported(
    module: Module, statement: ast.Import | ast.ImportFrom, name: str
) -> Iterable[tuple[str, str | None]]:
    """What an import of a neighbour's name leads to."""
    if isinstance(statement, ast.ImportFrom) and statement.level and statement.module:
        for alias in statement.names:
            if (alias.asname or alias.name) == name:
                yield statement.module, alias.name


def _whole_module(module: Module, statement: ast.stmt, name: str) -> str | None:
    """The neighbour that `from . import oracle` calls `name`."""
    if isinstance(statement, ast.ImportFrom) and statement.level and not statement.module:
        for alias in statement.names:
            if (alias.asname or alias.name) == name and module.neighbour(alias.name):
                return alias.name
    return None


def _uses(statement: ast.stmt) -> Iterable[Use]:
    """What a statement uses; the needs of a test are no names of the module."""
    if isinstance(statement, ast.FunctionDef) and any(map(_is_mark, statement.decorator_list)):
        statement = copy.deepcopy(statement)
        for mark in statement.decorator_list:
            if isinstance(mark, ast.Call) and _is_mark(mark):
                mark.keywords = [k for k in mark.keywords if k.arg != "needs"]
    return uses(statement)


def _is_mark(node: ast.expr) -> bool:
    target = node.func if isinstance(node, ast.Call) else node
    name = target.id if isinstance(target, ast.Name) else getattr(target, "attr", "")
    return name == "hidden_test"


def _is_future(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.ImportFrom) and statement.module == "__future__"


def _limit_needs(function: ast.FunctionDef, tests: dict[str, HiddenTest]) -> None:
    """Needs that travel, by name: those of hidden tests would give them away."""
    needs = [need for need in tests[function.name].needs if need in tests]
    listed = ast.List([ast.Constant(need) for need in needs], ast.Load())
    for mark in function.decorator_list:
        if isinstance(mark, ast.Call) and _is_mark(mark):
            mark.keywords = [k for k in mark.keywords if k.arg != "needs"]
            mark.keywords += [ast.keyword("needs", listed)] if needs else []


def _drop_docstrings(statement: ast.stmt) -> None:
    for node in ast.walk(statement):
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            continue
        if ast.get_docstring(node, clean=False) is not None:
            node.body = node.body[1:] or [ast.Pass()]


def _spaced(statement: ast.stmt) -> str:
    text = ast.unparse(ast.fix_missing_locations(statement))
    defines = isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
    return f"\n\n{text}" if defines else text
