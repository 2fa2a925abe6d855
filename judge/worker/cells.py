"""Clean cells: what IPython adds to Python is taken out, line numbers stay the student's.

A line is touched only where the parser complains about it, so strings and `%` operators are safe
without knowing Python's grammar here, and IPython is not needed.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass

from judge.worker.plan import Fault, clip

# Cell magics that run the rest of the cell in the notebook's own namespace.
_TRANSPARENT = frozenset({"time", "timeit", "capture", "prun"})
_CELL_MAGIC = re.compile(r"\s*%%\s*(\w*)")
# `%time x = f()` binds x in the namespace: the statement behind it is kept.
_TIMED = re.compile(r"(\s*)%time[ \t]+(?=[^\W\d])(.*)", re.DOTALL)
_SHELL_WORDS = r"(?:pip3?|conda|mamba|uv|cd|ls|ll|cat|cp|mv|rm|mkdir|pwd|man|head|tail|env|wget)"
_MAGIC = re.compile(
    r"\s*(?:"
    r"[%!?]"  # %matplotlib inline, !ls, ?name
    rf"|{_SHELL_WORDS}(?:\s|$)"  # automagic: pip install x
    r"|[^#\s=][^=#]*=\s*[%!]"  # files = !ls
    r"|[^#\s].*\?\s*$"  # name?, name??
    r")"
)
_MOST_RETRIES = 200
# What the parser raises: NUL and lone surrogates are ValueErrors, depth is the other two.
_REFUSALS = (SyntaxError, ValueError, OverflowError, RecursionError, MemoryError)


@dataclass(frozen=True)
class ParsedCell:
    """A cell after cleaning. `body` is empty when the cell is dropped or has a fault.

    Only of a block of a reply is what stands before the fault kept (`blocks.parse_block`).
    """

    label: str
    lines: tuple[str, ...] = ()
    body: tuple[ast.stmt, ...] = ()
    magics: tuple[str, ...] = ()  # lines left out, as the student wrote them
    dropped: str = ""  # the cell magic that makes this a cell of another language
    fault: Fault | None = None


def parse_cell(label: str, source: str, *, interactive: bool) -> ParsedCell:
    """Clean and parse one cell; raises nothing for any source.

    `interactive` cells follow a notebook's rules: a common indent is taken off and `await` may
    stand at top level.
    """
    original = source.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    lines = _without_common_indent(original) if interactive else list(original)
    dropped = _strip_cell_magics(lines)
    if dropped:
        return ParsedCell(label, dropped=dropped)
    magics: dict[int, str] = {}
    worst: tuple[int, str] = (0, "")
    for _ in range(_MOST_RETRIES):
        try:
            body = _parse("\n".join(lines), interactive=interactive)
        except _REFUSALS as error:
            line, text = _where_and_what(error, len(lines))
            worst = max(worst, (line, text), key=lambda seen: seen[0])
            if not isinstance(error, SyntaxError) or not _blank_magic(lines, line, magics):
                break
        else:
            named = tuple(magics[at] for at in sorted(magics) if magics[at])
            return ParsedCell(label, tuple(lines), tuple(body), named)
    # The furthest error is the student's own: nearer ones were magics, or came of blanking.
    line, text = worst
    code = original[line - 1] if 0 < line <= len(original) else ""
    return ParsedCell(label, fault=Fault(label, line, text, clip(code)))


def _parse(text: str, *, interactive: bool) -> list[ast.stmt]:
    tree = ast.parse(text)
    # The compiler refuses more than the parser does: `return` at top level, a name twice among
    # the parameters. Python would not run any of such a cell either.
    flags = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT if interactive else 0
    compile(tree, "<cell>", "exec", flags=flags, dont_inherit=True)
    return tree.body


def _where_and_what(error: BaseException, last: int) -> tuple[int, str]:
    if isinstance(error, SyntaxError):
        return min(error.lineno or last, last), clip(error.msg or "invalid syntax")
    if isinstance(error, RecursionError | MemoryError):
        return 1, "too deeply nested for Python's parser"
    if isinstance(error, UnicodeError):
        return 1, "a character that is not valid Unicode"
    return 1, clip(str(error))


def _without_common_indent(lines: list[str]) -> list[str]:
    first = next((line for line in lines if line.strip()), "")
    indent = first[: len(first) - len(first.lstrip(" \t"))]
    return [line.removeprefix(indent) for line in lines] if indent else list(lines)


def _strip_cell_magics(lines: list[str]) -> str:
    """Blank the leading `%%time` and its like, stacked too; return any other cell magic."""
    for at, line in enumerate(lines):
        if not line.strip():
            continue
        magic = _CELL_MAGIC.match(line)
        if magic is None:
            return ""
        if magic[1] not in _TRANSPARENT:
            return f"%%{clip(magic[1], 40)}"
        lines[at] = ""
    return ""


def _blank_magic(lines: list[str], line: int, magics: dict[int, str]) -> bool:
    """Take the nearest magic at or above `line` (from 1) out of `lines`; False if there is none."""
    for at in range(line - 1, -1, -1):
        if _MAGIC.match(lines[at]) or magics.get(at) == "":
            _blank(lines, at, magics)
            return True
    return False


def _blank(lines: list[str], at: int, magics: dict[int, str]) -> None:
    timed = _TIMED.match(lines[at])
    if timed is not None:
        lines[at] = timed[1] + timed[2]
        magics[at] = ""  # nothing is lost yet; blanked like the others if it does not parse
        return
    magics[at] = clip(lines[at], 60)
    indent = lines[at][: len(lines[at]) - len(lines[at].lstrip())]
    goes_on = lines[at].endswith("\\")
    lines[at] = f"{indent}pass"
    while goes_on and at + 1 < len(lines):
        at += 1
        goes_on = lines[at].endswith("\\")
        lines[at] = ""
