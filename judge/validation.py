"""What validating challenges finds, as values: problems, and for each challenge its kill table.

A hidden test kills a mutant when the mutant fails, crashes or exceeds a limit in it.
"""

from __future__ import annotations

from typing import Any

import msgspec

from judge.results import Record

SCHEMA = 1


class Problem(Record, frozen=True):
    """What has to be mended before a challenge is good. The text names the file and the cure."""

    challenge: str
    text: str


class Killer(Record, frozen=True, kw_only=True):
    """A hidden test, as a column of the kill table."""

    name: str
    task: str
    aspect: str


class Kill(Record, frozen=True, kw_only=True):
    """A mutant, as a row of the kill table."""

    mutant: str
    misconception: str
    named: tuple[str, ...]  # the tests that it says kill it
    killers: tuple[str, ...]  # the tests that do
    cost_only: bool = False  # its values are right: time and memory alone give it away


class Aspect(Record, frozen=True, kw_only=True):
    """What some tests cover together, and the mutants that no other test kills."""

    name: str
    tests: tuple[str, ...]
    only: tuple[str, ...]


class KillTable(Record, frozen=True, kw_only=True):
    """Which tests kill which mutants. `whole`: every test and every mutant is in it."""

    challenge: str
    tests: tuple[Killer, ...] = ()
    mutants: tuple[Kill, ...] = ()
    whole: bool = False

    def killed_by(self, test: str) -> tuple[str, ...]:
        """The mutants that a test kills."""
        return tuple(row.mutant for row in self.mutants if test in row.killers)

    def only_by(self, test: str) -> tuple[str, ...]:
        """The mutants that a test kills and no other does."""
        return tuple(row.mutant for row in self.mutants if row.killers == (test,))

    @property
    def thin(self) -> dict[str, str]:
        """The tests that only one mutant justifies, each with that mutant."""
        found = {test.name: self.killed_by(test.name) for test in self.tests}
        return {name: killed[0] for name, killed in found.items() if len(killed) == 1}

    @property
    def aspects(self) -> tuple[Aspect, ...]:
        """In the order of the tests; tests without an aspect are in none."""
        names = dict.fromkeys(test.aspect for test in self.tests if test.aspect)
        return tuple(self._aspect(name) for name in names)

    @property
    def cost_only(self) -> tuple[str, ...]:
        return tuple(row.mutant for row in self.mutants if row.cost_only)

    @property
    def survivors(self) -> tuple[str, ...]:
        """The mutants that no test kills."""
        return tuple(row.mutant for row in self.mutants if not row.killers)

    def _aspect(self, name: str) -> Aspect:
        tests = tuple(test.name for test in self.tests if test.aspect == name)
        only = (row.mutant for row in self.mutants if row.killers and set(row.killers) <= {*tests})
        return Aspect(name=name, tests=tests, only=tuple(only))


class Validation(Record, frozen=True, kw_only=True):
    """Everything one run found. The same challenges and seeds give the same value."""

    seeds: tuple[int, ...]
    problems: tuple[Problem, ...] = ()
    tables: tuple[KillTable, ...] = ()
    interrupted: bool = False

    @property
    def ok(self) -> bool:
        return not self.problems and not self.interrupted

    def to_data(self) -> dict[str, Any]:
        """Plain JSON values, what follows from the tables included."""
        return {
            "schema": SCHEMA,
            "ok": self.ok,
            "interrupted": self.interrupted,
            "seeds": list(self.seeds),
            "problems": msgspec.to_builtins(self.problems),
            "tables": [_table_data(table) for table in self.tables],
        }

    def to_json(self) -> bytes:
        """One JSON object, UTF-8."""
        return msgspec.json.encode(self.to_data())


def _table_data(table: KillTable) -> dict[str, Any]:
    tests = [
        {
            **msgspec.to_builtins(test),
            "kills": table.killed_by(test.name),
            "kills_alone": table.only_by(test.name),
        }
        for test in table.tests
    ]
    return {
        **msgspec.to_builtins(table),
        "tests": tests,
        "aspects": msgspec.to_builtins(table.aspects),
        "cost_only": table.cost_only,
        "only_one_mutant_justifies": table.thin,
    }
