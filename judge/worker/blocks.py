"""Blocks of a chat reply: what of them is complete Python, and which of it counts.

A reply shows drafts, signatures, examples with what they print, and may end in the middle of a
line. Nobody has run it, so what a file would be refused for costs a reply only that part.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Sequence, Set
from dataclasses import replace

from judge.worker.cells import ParsedCell, parse_cell
from judge.worker.changes import Statement
from judge.worker.plan import Fault
from judge.worker.stubs import does_nothing

_MOST_CUTS = 20
_MOST_NAMED = 8  # blocks of a kind, in the note
_LIBRARIES = sys.stdlib_module_names | {"numpy", "torch"}
_GOES_ON = re.compile(r"[)\]}]|(?:else|elif|except|finally)\b|#")


def parse_block(label: str, source: str) -> ParsedCell:
    """The block; if it does not parse, what stands before the statement that does not.

    Then the cell has a body and a fault. Raises nothing for any source.
    """
    whole = part = parse_cell(label, source, interactive=True)
    lines = source.split("\n")
    for _ in range(_MOST_CUTS):
        if part.fault is None:
            return replace(part, fault=whole.fault)
        kept = "\n".join(lines[: _statement_at(lines, part.fault.line)]).rstrip()
        if not kept:
            break
        lines = kept.split("\n")
        part = parse_cell(label, kept, interactive=True)
    return whole


def _statement_at(lines: Sequence[str], line: int) -> int:
    """Where the last statement at or above `line` (from 1) begins, as an index."""
    margin = min((_indent(text) for text in lines if text.strip()), default=0)
    for at in range(min(line, len(lines)) - 1, 0, -1):
        text = lines[at].strip()
        if text and _indent(lines[at]) == margin and not _GOES_ON.match(text):
            return at
    return 0


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" \t"))


def that_count(statements: Sequence[Statement]) -> list[Statement]:
    """Without what says nothing new of a name that another statement defines.

    A signature shown once more after the function is no later version of it, nor is the import from
    a file that is not there: tests and examples begin with `from solution import softmax`.
    """
    definitions = [item for s in statements for item in s.facts.definitions.items()]
    real = {name for name, node in definitions if not does_nothing(node)}
    defined = {name for s in statements if s.is_definition for name in s.facts.definitions}
    return [s for s in statements if not (_is_repeated_stub(s, real) or _is_imported(s, defined))]


def _is_repeated_stub(statement: Statement, real: Set[str]) -> bool:
    return statement.is_definition and all(
        name in real and does_nothing(node) for name, node in statement.facts.definitions.items()
    )


def _is_imported(statement: Statement, defined: Set[str]) -> bool:
    """Whether it imports what the reply itself defines, and from no library."""
    match statement.node:
        case ast.ImportFrom(module=module, names=names, level=level):
            root = "" if level else (module or "").partition(".")[0]
        case ast.Import(names=names):
            root = names[0].name
        case _:
            return False
    return root not in _LIBRARIES and not defined.isdisjoint(alias.name for alias in names)


def fault_of(parsed: Sequence[ParsedCell]) -> Fault | None:
    """The fault that refuses a reply: there is no complete Python in it at all."""
    if any(cell.body for cell in parsed):
        return None
    return next((cell.fault for cell in parsed if cell.fault is not None), None)


def taken(parsed: Sequence[ParsedCell], used: Set[str]) -> str:
    """One sentence on which blocks the solution was taken from, and why not from the others."""
    if [cell.label for cell in parsed] == [""]:
        return "The reply has no block of code: all of it was read as Python."
    names = [cell.label for cell in parsed if cell.label in used]
    left: dict[str, list[str]] = {}
    for cell in parsed:
        if reason := _left_out(cell, used):
            left.setdefault(reason, []).append(cell.label)
    listed = ", ".join(f"{_blocks(labels)} ({why})" for why, labels in left.items())
    begin = f"Taken from the reply: {_blocks(names)}" if names else "Nothing of the reply was taken"
    return f"{begin}; left out: {listed}." if listed else f"{begin}."


def _blocks(labels: Sequence[str]) -> str:
    """`block 2`, `blocks 2 and 4`, `blocks 1, 2, 3 and 40 more`."""
    names = [label.removeprefix("block ") for label in labels]
    if len(names) == 1:
        return f"block {names[0]}"
    if len(names) > _MOST_NAMED:
        names = [*names[:_MOST_NAMED], f"{len(names) - _MOST_NAMED} more"]
    return f"blocks {', '.join(names[:-1])} and {names[-1]}"


def _left_out(cell: ParsedCell, used: Set[str]) -> str:
    """Why a block was not taken, or not all of it; empty when there is nothing to say."""
    if cell.dropped:
        return cell.dropped.removeprefix("%%") or "not Python"
    if cell.fault is None:
        return "" if cell.label in used else "nothing of it is needed"
    if cell.body and cell.label in used:
        return f"below line {len(cell.lines)}: it is not complete Python"
    return "it is not complete Python"
