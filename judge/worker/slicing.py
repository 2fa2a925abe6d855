"""From cells to a plan: which statements of a submission a worker executes.

Nothing is executed here, and nothing is raised whatever the source: what cannot be parsed becomes
a note, or in a script a fault.
"""

from __future__ import annotations
import __future__

import ast
import gc
import re
import warnings
from collections.abc import Iterable, Iterator, Sequence, Set
from contextlib import contextmanager

from judge.worker.blocks import fault_of, parse_block, taken, that_count
from judge.worker.cells import ParsedCell, parse_cell
from judge.worker.changes import Statement
from judge.worker.imports import imports_of
from judge.worker.plan import (
    Fault,
    Import,
    Piece,
    Plan,
    place,
    plan_from_plain,
    plan_to_plain,
)
from judge.worker.selection import Selection
from judge.worker.stubs import does_nothing

__all__ = ["Fault", "Import", "Piece", "Plan", "make_plan", "plan_from_plain", "plan_to_plain"]

# A name bound or read through these is invisible to the syntax tree. `get_ipython` is not among
# them: a worker has none, so to run everything would bring nothing more.
_DYNAMIC = frozenset({"exec", "eval", "globals", "locals", "vars", "__import__"})
_DYNAMIC_TEXT = re.compile(r"\b(?:exec|eval|globals|locals|vars|__import__)\b")
_MOST_NOTES = 12


def make_plan(cells: Sequence[tuple[str, str]], kind: str, wanted: Sequence[str]) -> Plan:
    """The plan for `cells`, each a label and its source, such that `wanted` names get defined.

    `kind` is "script" (one fault refuses it all), "notebook" (a cell that does not parse is left
    out and named), "kernel" (the same, but only the newest version of what is wanted is named:
    Python refused that cell there as well) or "reply" (of each block what is complete Python; one
    note says what was taken).
    """
    with warnings.catch_warnings(), _no_collection():
        warnings.simplefilter("ignore")  # an invalid escape in a string is not our business
        try:
            return _plan(cells, kind, wanted)
        except (RecursionError, MemoryError, ValueError, SyntaxError) as error:
            text = f"this source cannot be analysed ({type(error).__name__})"
            return Plan(fault=Fault("", 1, text, ""))


@contextmanager
def _no_collection() -> Iterator[None]:
    """No garbage collection meanwhile: over a syntax tree it takes as long as all the rest."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _plan(cells: Sequence[tuple[str, str]], kind: str, wanted: Sequence[str]) -> Plan:
    parsed = [_parsed(label, source, kind) for label, source in cells]
    if fault := _fault(parsed, kind):
        return Plan(fault=fault)
    flags = 0
    statements: list[Statement] = []
    for cell in parsed:
        flags |= _future_flags(cell.body)
        statements.extend(_statements(cell))
    if kind == "reply":
        statements = that_count(statements)
    selection = Selection(statements, wanted)
    everything = _needs_everything(selection, statements)
    chosen = statements if everything else selection.picked
    unparsed = _newest(cells, parsed, wanted) if kind == "kernel" else ()
    lost = _left_out(parsed, kind, wanted)
    imports = (item for s in chosen for item in _imports(s, optional=everything))
    return Plan(
        pieces=tuple(s.piece for s in chosen),
        everything=everything,
        found=tuple(_found(statements, wanted)),
        stubs=tuple(name for name in wanted if _is_stub(name, statements)),
        imports=tuple(dict.fromkeys(imports)),
        notes=_limited([*_taken(parsed, chosen, kind), *unparsed, *lost]),
        flags=flags,
        whole=() if everything else tuple(s.piece for s in statements),
    )


def _parsed(label: str, source: str, kind: str) -> ParsedCell:
    if kind == "reply":
        return parse_block(label, source)
    return parse_cell(label, source, interactive=kind != "script")


def _fault(parsed: Sequence[ParsedCell], kind: str) -> Fault | None:
    """What refuses the whole: of a script anything, of a reply that nothing of it is Python."""
    if kind == "reply":
        return fault_of(parsed)
    if kind != "script":
        return None
    return next((fault for cell in parsed if (fault := _refusal(cell))), None)


def _refusal(cell: ParsedCell) -> Fault | None:
    if cell.dropped:
        return Fault(cell.label, 1, f"{cell.dropped} is not Python", cell.dropped)
    return cell.fault


def _taken(parsed: Sequence[ParsedCell], chosen: Sequence[Statement], kind: str) -> Iterator[str]:
    if kind == "reply":
        yield taken(parsed, {statement.piece.label for statement in chosen})


def _left_out(parsed: Sequence[ParsedCell], kind: str, wanted: Sequence[str]) -> Iterator[str]:
    for cell in parsed:
        if kind != "reply":  # there it is said in the note of what was taken
            yield from _lost(cell, kind)
        yield from _guarded(cell, wanted)
        if cell.magics:
            listed = ", ".join(f"`{line}`" for line in cell.magics[:3])
            more = f" and {len(cell.magics) - 3} more" if len(cell.magics) > 3 else ""
            yield f"{cell.label or 'the file'}: left out {listed}{more}."


def _lost(cell: ParsedCell, kind: str) -> Iterator[str]:
    name = cell.label or "the file"
    if cell.dropped:
        yield f"{name} was left out: it begins with {cell.dropped}."
    if cell.fault is not None and kind == "notebook":
        yield f"{name} was left out: line {cell.fault.line} does not parse ({cell.fault.text})."


def _guarded(cell: ParsedCell, wanted: Sequence[str]) -> Iterator[str]:
    """What is wanted and stands under `if __name__ == "__main__":`, where no check looks."""
    for node in cell.body:
        if isinstance(node, ast.If) and _is_main_guard(node):
            for inner in node.body:
                if getattr(inner, "name", None) in wanted:
                    where = place(cell.label, node.lineno)
                    yield f"{where}: what stands under this `if __name__` is never run by a check."
                    break


def _newest(
    cells: Sequence[tuple[str, str]], parsed: Sequence[ParsedCell], wanted: Sequence[str]
) -> Iterator[str]:
    """Of a kernel: what is wanted and was typed last in a cell that Python refused."""
    for name in wanted:
        typed = re.compile(rf"^[ \t]*(?:async +)?(?:def|class) +{re.escape(name)}\b", re.MULTILINE)
        places = [n for n, (_, source) in enumerate(cells) if typed.search(source)]
        fault = parsed[places[-1]].fault if places else None
        if fault is not None:
            where = place(fault.label, fault.line)
            yield f"The newest {name} is not checked: {where} does not parse ({fault.text})."


def _limited(notes: Sequence[str]) -> tuple[str, ...]:
    if len(notes) <= _MOST_NOTES:
        return tuple(notes)
    return (*notes[:_MOST_NOTES], f"{len(notes) - _MOST_NOTES} more cells had lines left out.")


# --- statements ---------------------------------------------------------------------------------


def _statements(cell: ParsedCell) -> Iterator[Statement]:
    """Top-level statements and their text, without `from __future__` and main guards."""
    for at, node in enumerate(cell.body):
        if _is_future(node) or _is_main_guard(node):
            continue
        first = _first_line(node)
        if isinstance(node, ast.Import) and len(node.names) > 1:
            yield from _one_by_one(cell.label, node)
            continue
        before = cell.body[at - 1].end_lineno if at else 0
        after = _first_line(cell.body[at + 1]) if at + 1 < len(cell.body) else 0
        source = _text(cell.lines, node, shares_first=before == first, shares_last_with=after)
        yield Statement(Piece(cell.label, first, source), node)


def _text(
    lines: Sequence[str], node: ast.stmt, *, shares_first: bool, shares_last_with: int
) -> str:
    """The statement's own lines; columns matter only where it shares a line with another."""
    first, last = _first_line(node), node.end_lineno or node.lineno
    taken = list(lines[first - 1 : last])
    if shares_last_with == last:
        taken[-1] = taken[-1].encode()[: node.end_col_offset].decode()
    if shares_first:
        taken[0] = taken[0].encode()[node.col_offset :].decode()
    return "\n".join(taken)


def _one_by_one(label: str, node: ast.Import) -> Iterator[Statement]:
    """`import numpy as np, matplotlib` as two statements: a slice may need one of them only."""
    for alias in node.names:
        source = f"import {alias.name}" + (f" as {alias.asname}" if alias.asname else "")
        single = ast.copy_location(ast.Import(names=[alias]), node)
        yield Statement(Piece(label, node.lineno, source), single)


def _first_line(node: ast.stmt) -> int:
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    return min([node.lineno, *(decorator.lineno for decorator in decorators)])


def _is_future(node: ast.stmt) -> bool:
    return isinstance(node, ast.ImportFrom) and node.module == "__future__" and not node.level


def _future_flags(body: Iterable[ast.stmt]) -> int:
    flags = 0
    for node in body:
        if isinstance(node, ast.ImportFrom) and _is_future(node):
            for alias in node.names:  # an unknown feature has already been a syntax error
                flags |= int(getattr(__future__, alias.name).compiler_flag)
    return flags


def _is_main_guard(node: ast.stmt) -> bool:
    """`if __name__ == "__main__":` without an else: it never runs when a module is imported."""
    if not isinstance(node, ast.If) or node.orelse or not isinstance(node.test, ast.Compare):
        return False
    sides = [node.test.left, *node.test.comparators]
    name = any(isinstance(side, ast.Name) and side.id == "__name__" for side in sides)
    main = any(isinstance(side, ast.Constant) and side.value == "__main__" for side in sides)
    return name and main and isinstance(node.test.ops[0], ast.Eq)


def _imports(statement: Statement, *, optional: bool) -> Iterator[Import]:
    piece = statement.piece
    if "import" not in piece.source:  # most statements: no walk
        return
    for item in imports_of(piece.label, statement.node):
        yield Import(item.module, item.label, item.line, item.optional or optional)


# --- what was found -----------------------------------------------------------------------------


def _found(statements: Iterable[Statement], wanted: Sequence[str]) -> list[str]:
    names: dict[str, None] = {}
    for statement in statements:
        facts = statement.facts
        names.update(dict.fromkeys(facts.definitions))
        names.update(dict.fromkeys(n for n in wanted if n in facts.strong or n in facts.weak))
    return list(names)


def _is_stub(name: str, statements: Sequence[Statement]) -> bool:
    for statement in reversed(statements):
        facts = statement.facts
        if name in facts.strong or name in facts.weak:
            node = facts.definitions.get(name)
            return node is not None and does_nothing(node)
    return False


# --- the fallback -------------------------------------------------------------------------------


def _needs_everything(selection: Selection, statements: Sequence[Statement]) -> bool:
    """Whether names may be bound in ways that the syntax tree does not show."""
    bound = selection.bound
    if any(_is_dynamic(statement, bound) for statement in selection.picked):
        return True
    if not selection.unresolved:
        return False
    return selection.has_unknown_stars or any(_is_dynamic(s, bound) for s in statements)


def _is_dynamic(statement: Statement, bound: Set[str]) -> bool:
    if not _DYNAMIC_TEXT.search(statement.piece.source):
        return False
    needs = statement.needs
    used = (needs.now | needs.late) & _DYNAMIC - bound
    if "locals" not in needs.now:
        used -= {"locals"}  # inside a function it shows that function's own variables
    harmless = _harmless_calls(statement.node) if used & {"vars", "__import__"} else set()
    return bool(used - harmless)


def _harmless_calls(node: ast.AST) -> set[str]:
    """`vars(x)` and `__import__("numpy")` say all they do, as long as no other use is there."""
    harmless = {"vars": 0, "__import__": 0}
    uses = {"vars": 0, "__import__": 0}
    for inner in ast.walk(node):
        if isinstance(inner, ast.Name) and inner.id in uses:
            uses[inner.id] += 1
        if isinstance(inner, ast.Call) and isinstance(inner.func, ast.Name) and inner.args:
            literal = isinstance(inner.args[0], ast.Constant)
            if inner.func.id == "vars" or (inner.func.id == "__import__" and literal):
                harmless[inner.func.id] += 1
    return {name for name in uses if uses[name] == harmless[name]}
