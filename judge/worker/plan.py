"""What loading a submission comes to, as values: made once, sent to each worker as plain data."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

_LONGEST_CODE = 160


@dataclass(frozen=True)
class Piece:
    """One top-level statement. `line` is its first line in its cell, decorators included."""

    label: str
    line: int
    source: str


@dataclass(frozen=True)
class Import:
    """An import as written. `module` is dotted; a relative one begins with its dots.

    `optional` means that the code is written to go on without it: inside a `try` that catches
    ImportError, under TYPE_CHECKING, or anywhere in a plan that passes over raising statements.
    """

    module: str
    label: str
    line: int
    optional: bool = False


@dataclass(frozen=True)
class Fault:
    """A syntax error, or source that the parser refuses for another reason."""

    label: str
    line: int
    text: str
    code: str  # the line itself, without its indent


@dataclass(frozen=True)
class Plan:
    """Which statements of a submission to execute, and what was seen on the way."""

    pieces: tuple[Piece, ...] = ()  # to execute in order
    everything: bool = False  # pieces are all statements; raising ones are passed over and noted
    found: tuple[str, ...] = ()  # functions and classes defined at top level, and bound tasks
    stubs: tuple[str, ...] = ()  # wanted names whose body does nothing yet
    imports: tuple[Import, ...] = ()  # in the pieces, at any depth
    notes: tuple[str, ...] = ()  # what was left out, one short sentence each
    fault: Fault | None = None  # set: there is nothing to load
    flags: int = 0  # compiler flags of the `from __future__` imports
    whole: tuple[Piece, ...] = ()  # all statements, kept for when a slice raises NameError


def plan_to_plain(plan: Plan) -> dict[str, Any]:
    """The plan as plain values. The source is one text, since it may be megabytes."""
    fault = plan.fault
    return {
        "pieces": _packed(plan.pieces),
        "everything": plan.everything,
        "found": list(plan.found),
        "stubs": list(plan.stubs),
        "imports": [[i.module, i.label, i.line, i.optional] for i in plan.imports],
        "notes": list(plan.notes),
        "fault": None if fault is None else [fault.label, fault.line, fault.text, fault.code],
        "flags": plan.flags,
        "whole": _packed(plan.whole),
    }


def plan_from_plain(data: Mapping[str, Any]) -> Plan:
    """The plan that `plan_to_plain` wrote. Raises KeyError or TypeError for other data."""
    fault = data["fault"]
    return Plan(
        pieces=tuple(Piece(*row) for row in json.loads(data["pieces"])),
        everything=data["everything"],
        found=tuple(data["found"]),
        stubs=tuple(data["stubs"]),
        imports=tuple(Import(*row) for row in data["imports"]),
        notes=tuple(data["notes"]),
        fault=None if fault is None else Fault(*fault),
        flags=data["flags"],
        whole=tuple(Piece(*row) for row in json.loads(data["whole"])),
    )


def place(label: str, line: int) -> str:
    """`cell 3, line 7`; a script has no cells, so there it is `line 7`."""
    return f"{label}, line {line}" if label else f"line {line}"


def clip(text: str, longest: int = _LONGEST_CODE) -> str:
    """One line of at most `longest` characters: whatever is shown of a submission is bounded."""
    line = " ".join(text[: 4 * longest].split())
    return line if len(line) <= longest else line[: longest - 3] + "..."


def _packed(pieces: Iterable[Piece]) -> str:
    return json.dumps([[piece.label, piece.line, piece.source] for piece in pieces])
