"""The slice: the statements that a set of tasks needs by name, directly or through others."""

from __future__ import annotations

import builtins
import sys
from collections.abc import Sequence

from judge.worker.changes import Changes, Statement, package_key

# What a module has without binding it, and IPython's `display`, which does nothing here.
_GIVEN = frozenset(dir(builtins)) | {
    *("__name__", "__file__", "__doc__", "__package__", "__spec__", "__loader__", "__class__"),
    *("__builtins__", "__annotations__", "__dict__", "__module__", "__qualname__", "display"),
}


class Selection:
    """Picks statements. A name is needed before some statement, or (`end`) after all of them.

    - Needed as a statement runs: the last binding before it.
    - Needed inside a function that is called later: the last binding of all.
    - Needed inside a function that an executed statement needs: both, since it may be called at
      once, kept for later, or both.
    """

    def __init__(self, statements: Sequence[Statement], wanted: Sequence[str]) -> None:
        self._statements = statements
        self._end = len(statements)
        self._changes = Changes(statements, frozenset(wanted))
        self._strong: dict[str, list[int]] = {}
        self._bindings: dict[str, list[int]] = {}
        self._changers: dict[str, list[int]] = {}
        self._set_by_functions: set[str] = set()
        self._todo: list[tuple[int, int]] = []
        self._seen: set[tuple[int, int]] = set()
        self._needed: set[tuple[str, int]] = set()
        self._starred, self.has_unknown_stars = _star_names(statements)
        self.unresolved: set[str] = set()
        for at in self._file():
            self._pick(at, self._end)
        for name in wanted:
            self._need(name, self._end)
        self._close()

    @property
    def picked(self) -> list[Statement]:
        """The statements of the slice, in order."""
        return [self._statements[at] for at in sorted({at for at, _ in self._seen})]

    @property
    def bound(self) -> frozenset[str]:
        """Every name that some statement binds."""
        return frozenset(self._bindings)

    def _file(self) -> list[int]:
        """File every binding and change by name; return the statements that are always taken."""
        always: list[int] = []
        for at, statement in enumerate(self._statements):
            facts = statement.facts
            for name in facts.strong:
                self._strong.setdefault(name, []).append(at)
            for name in facts.strong | facts.weak:
                self._bindings.setdefault(name, []).append(at)
            for name in self._changes.of(statement):
                self._changers.setdefault(name, []).append(at)
            if facts.stars or self._changes.is_process_wide(statement):
                always.append(at)
        return always

    def _close(self) -> None:
        """Follow needs until nothing new is picked."""
        while self._todo:
            at, before = self._todo.pop()
            statement = self._statements[at]
            needs = statement.needs
            self._set_by_functions |= needs.sets
            for name in needs.now:
                self._need(name, at)
            for name in needs.late:
                self._need(name, self._end)
                if before != self._end:
                    self._need(name, before)
                if not statement.is_definition:  # `sorted(x, key=lambda v: weight(v))`
                    self._need(name, at)
            for origin in statement.facts.origins.values():
                self._pick_changes(package_key(origin.package), -1, self._end)
        self.unresolved -= self._set_by_functions

    def _need(self, name: str, before: int) -> None:
        if (name, before) in self._needed:
            return
        self._needed.add((name, before))
        earliest = self._end
        for at in reversed(self._bindings.get(name, ())):
            if at >= before:
                continue
            earliest = at
            self._pick(at, before)
            if name in self._statements[at].facts.strong:
                break
        if earliest == self._end:
            earliest = -1
            if name not in self._bindings and name not in self._changers and not self._given(name):
                self.unresolved.add(name)
        # After its next certain binding the name means another object.
        until = next((at for at in self._strong.get(name, ()) if at >= before), self._end)
        self._pick_changes(name, earliest, until)

    def _pick_changes(self, name: str, after: int, until: int) -> None:
        for at in self._changers.get(name, ()):
            if after < at < until:
                self._pick(at, at)

    def _pick(self, at: int, before: int) -> None:
        if (at, before) not in self._seen:
            self._seen.add((at, before))
            self._todo.append((at, before))

    def _given(self, name: str) -> bool:
        return name in _GIVEN or name in self._starred


def _star_names(statements: Sequence[Statement]) -> tuple[frozenset[str], bool]:
    """What the star imports bring, and whether one of them is of a module not looked into.

    Only modules that are loaded anyway are looked into: planning imports nothing.
    """
    names: set[str] = set()
    unknown = False
    for module in (m for s in statements for m in s.facts.stars):
        loaded = sys.modules.get(module)
        if loaded is None:
            unknown = True
            continue
        names.update(getattr(loaded, "__all__", [n for n in vars(loaded) if n[0] != "_"]))
    return frozenset(names), unknown
