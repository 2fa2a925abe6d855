"""Whose row is whose: students of a run and rows of a sheet, brought together by what both know."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from judge.classroom.export.table import Row
from judge.classroom.export.totals import Total
from judge.errors import UnknownNameError
from judge.report.clean import one_line

_SHOWN = 20  # names in one note


@dataclass(frozen=True)
class Key:
    """A way to know a student: the column it stands in, and what a total says for it."""

    name: str
    column: int
    said: Callable[[Total], Sequence[str]]
    form: Callable[[str], str]


@dataclass(frozen=True)
class Matches:
    """Totals by the line of their row, and those on both sides that found nobody."""

    by_line: Mapping[int, Total]
    students: tuple[str, ...]
    rows: tuple[Row, ...]


def chosen(keys: Sequence[Key], asked: str | None) -> Sequence[Key]:
    """The one that is asked for, else all. Raises UserError."""
    if asked is None:
        return keys
    found = [key for key in keys if key.name == asked]
    if not found:
        names = list(dict.fromkeys(key.name for key in keys))
        raise UnknownNameError("way to match", asked, names, f"Here it is {' or '.join(names)}.")
    return found


def match(totals: Sequence[Total], rows: Sequence[Row], keys: Sequence[Key]) -> Matches:
    """Each student by the first key that names one row; a row that two claim is nobody's."""
    tables = [(key, _by_value(rows, key)) for key in keys]
    claims: defaultdict[int, list[Total]] = defaultdict(list)
    lost = []
    for total in totals:
        line = next((n for key, table in tables for n in _lines(total, key, table)), None)
        if line is None:
            lost.append(total.student)
        else:
            claims[line].append(total)
    found = {line: claiming[0] for line, claiming in claims.items() if len(claiming) == 1}
    disputed = [t.student for claiming in claims.values() if len(claiming) > 1 for t in claiming]
    left = tuple(row for row in rows if row.line not in found)
    return Matches(found, tuple([*lost, *disputed]), left)


def alone(matches: Matches) -> Iterator[str]:
    """A note on the students whose row was not found."""
    if matches.students:
        yield f"Not found in the file, or not surely: {listed(matches.students)}."


def _by_value(rows: Sequence[Row], key: Key) -> dict[str, list[int]]:
    table: defaultdict[str, list[int]] = defaultdict(list)
    for row in rows:
        if value := key.form(row.text(key.column)):
            table[value].append(row.line)
    return table


def _lines(total: Total, key: Key, table: Mapping[str, list[int]]) -> list[int]:
    """The one line that this key gives; none where it gives several."""
    found = {n for said in _values(total, key) for n in table.get(said, [])}
    return list(found) if len(found) == 1 else []


def _values(total: Total, key: Key) -> set[str]:
    return {value for said in key.said(total) if (value := key.form(said))}


# --- how values are compared ------------------------------------------------------------------


def plain(text: str) -> str:
    """An id or an address: case and the spaces around it say nothing."""
    return unicodedata.normalize("NFKC", text).strip().casefold()


def name(text: str) -> str:
    """A person's name: `Lovelace, Ada` is `Ada Lovelace`, and so is `ada_lovelace`."""
    last, comma, first = plain(text.replace("_", " ")).partition(",")
    return " ".join((f"{first} {last}" if comma else last).split())


def own_name(total: Total) -> Sequence[str]:
    return (total.student,)


def listed(names: Sequence[str]) -> str:
    """Some names for a note, cleaned."""
    some = ", ".join(one_line(name, 80) for name in names[:_SHOWN])
    return f"{some} and {len(names) - _SHOWN} more" if len(names) > _SHOWN else some
