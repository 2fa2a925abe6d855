"""Marked regions in a notebook's source: the solution, and tests that a student does not get.

    ### BEGIN SOLUTION                    ### BEGIN HIDDEN TESTS
    ...                                   ...
    ### END SOLUTION                      ### END HIDDEN TESTS

The markers are nbgrader's. Only a comment alone in its line is one: text in a string is not.
"""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from judge.errors import ChallengeError

_MARKER = re.compile(r"(?:#\s*)?###\s*(BEGIN|END) (SOLUTION|HIDDEN TESTS)\b")


@dataclass(frozen=True)
class Region:
    """Lines `first` to `last`, counted from 1, markers included."""

    what: Literal["SOLUTION", "HIDDEN TESTS"]
    first: int
    last: int
    indent: str


def find_regions(source: str, name: str, line: int = 1) -> tuple[Region, ...]:
    """The regions of a code cell that starts in line `line` of the file `name`.

    Raises ChallengeError when the cell is not Python or a marker has no partner.
    """
    parse_cell(source, name, line)
    found: list[Region] = []
    begun: tuple[str, int, str] | None = None
    for edge, what, at, indent in _markers(source):
        if edge == "BEGIN" and begun is None:
            begun = (what, at, indent)
        elif edge == "END" and begun is not None and begun[0] == what:
            found.append(Region(_what(what), begun[1], at, begun[2]))
            begun = None
        else:
            raise _unpaired(name, line + at - 1, f"{edge} {what}")
    if begun is not None:
        raise _unpaired(name, line + begun[1] - 1, f"BEGIN {begun[0]}")
    return tuple(found)


def without_solution(source: str, name: str, line: int = 1, *, keep_markers: bool = False) -> str:
    """The student's view: each solution becomes a stub that raises, hidden tests are gone.

    The stub reads `raise NotImplementedError("<function> is not written yet")`, at the indent of
    the region. With its markers kept around it, it is a region again. Raises ChallengeError, also
    when what is left is not Python.
    """
    regions = find_regions(source, name, line)
    if not regions:
        return source
    tree = ast.parse(source)
    lines = source.split("\n")
    for region in reversed(regions):
        if not _whole(tree, source, region):
            raise _torn(name, line + region.first - 1, "it cuts a statement or a block in two")
        stub = _stub(tree, region) if region.what == "SOLUTION" else []
        if keep_markers and stub:
            stub = (lines[region.first - 1], *stub, lines[region.last - 1])
        lines[region.first - 1 : region.last] = stub
    stripped = "\n".join(lines).strip("\n")
    try:
        ast.parse(stripped)
    except SyntaxError as error:
        raise _torn(name, line + regions[0].first - 1, f"without it: {error.msg}") from None
    return stripped


def with_solution(source: str, name: str, line: int = 1) -> str:
    """The reference's view: everything but the marker lines. Raises ChallengeError."""
    edges = {edge for r in find_regions(source, name, line) for edge in (r.first, r.last)}
    lines = source.split("\n")
    return "\n".join(text for n, text in enumerate(lines, start=1) if n not in edges)


def parse_cell(source: str, name: str, line: int = 1) -> ast.Module:
    """The syntax tree of a cell. Raises ChallengeError that counts lines in the file."""
    try:
        return ast.parse(source)
    except (SyntaxError, ValueError) as error:
        at = line + (getattr(error, "lineno", None) or 1) - 1
        raise ChallengeError(
            f"{name}, line {at}: not Python: {getattr(error, 'msg', error)}.\n"
            "The file has to run as it stands; magics and shell lines have no place in it."
        ) from None


def comments(source: str) -> list[tuple[int, str, str]]:
    """Comments alone in their line: (line, indent, text)."""
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    return [
        (t.start[0], t.line[: t.start[1]], t.string)
        for t in tokens
        if t.type == tokenize.COMMENT and not t.line[: t.start[1]].strip()
    ]


def _markers(source: str) -> list[tuple[str, str, int, str]]:
    return [
        (match.group(1), match.group(2), at, indent)
        for at, indent, text in comments(source)
        if (match := _MARKER.match(text))
    ]


def _what(text: str) -> Literal["SOLUTION", "HIDDEN TESTS"]:
    return "SOLUTION" if text == "SOLUTION" else "HIDDEN TESTS"


def _stub(tree: ast.Module, region: Region) -> Sequence[str]:
    said = f"{_enclosing(tree, region.first) or 'this cell'} is not written yet"
    return (
        f"{region.indent}# YOUR CODE HERE",
        f'{region.indent}raise NotImplementedError("{said}")',
    )


def _whole(tree: ast.Module, source: str, region: Region) -> bool:
    """Whether all code in a region belongs to statements that lie in it from end to end.

    An `else:` between BEGIN and END belongs to an `if` outside: taking it would join two blocks.
    """
    covered: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.stmt):
            decorators = getattr(node, "decorator_list", [])
            first = min([node.lineno, *(d.lineno for d in decorators)])
            last = node.end_lineno or node.lineno
            if region.first < first and last < region.last:
                covered.update(range(first, last + 1))
    inside = range(region.first + 1, region.last)
    return all(line in covered for line in inside if line in _code_lines(source))


def _code_lines(source: str) -> set[int]:
    """Lines on which a token of code begins."""
    blank = {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT}
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    return {token.start[0] for token in tokens if token.type not in blank}


def _enclosing(tree: ast.Module, line: int) -> str:
    """`Class.method` or `function` around a line, nested functions left out."""
    names: list[str] = []
    body: Sequence[ast.stmt] = tree.body
    while True:
        around = [
            node
            for node in body
            if isinstance(node, ast.FunctionDef | ast.ClassDef)
            and node.lineno <= line <= (node.end_lineno or node.lineno)
        ]
        if not around:
            return ".".join(names)
        names.append(around[0].name)
        if isinstance(around[0], ast.FunctionDef):
            return ".".join(names)
        body = around[0].body


def _torn(name: str, line: int, why: str) -> ChallengeError:
    return ChallengeError(
        f"{name}, line {line}: this region cannot be taken out: {why}.\n"
        "Let a region hold whole statements of one block."
    )


def _unpaired(name: str, line: int, marker: str) -> ChallengeError:
    return ChallengeError(
        f"{name}, line {line}: the marker `### {marker}` has no partner.\n"
        "Regions run from BEGIN to END within one cell and do not lie in one another."
    )
