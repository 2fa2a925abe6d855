"""What was handed in, as text: nothing of it is executed, imported, compiled or parsed as Python.

Files come from strangers. Links, pipes and devices are refused, sizes are bounded before anything
is read, and of a notebook's JSON only the cells' sources are ever built in memory: outputs and
metadata are stepped over.
"""

from __future__ import annotations

import codecs
import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import msgspec

from judge.errors import SubmissionError
from judge.intake import check_plain_file, line_of, read_plain_file, refused, shown

MAX_CODE = 4_000_000  # bytes of code in a submission

Kind = Literal["notebook", "script", "kernel"]

# What a coding line may name. Codecs that compute (zlib, rot13, unicode_escape) are not text.
# Spelt as codecs.lookup(...).name gives them.
_ENCODINGS = frozenset(
    {"utf-8", "ascii", "iso8859-1", "iso8859-2", "iso8859-15", "cp1250", "cp1251", "cp1252"}
    | {"koi8-r", "mac-roman", "gb18030", "gbk", "big5", "shift_jis", "euc_jp", "euc_kr"}
)
_CODING = re.compile(rb"[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)")
_BLANK_OR_COMMENT = re.compile(rb"[ \t\f]*(?:#.*)?$")
_SURROGATE = re.compile("[\ud800-\udfff]")
_SAVE_AS_UTF8 = "Save it as UTF-8 and hand it in again."
_SAVE_AGAIN = "Open it in Jupyter, clear the outputs, save it and hand it in again."


@dataclass(frozen=True)
class Cell:
    """A piece of source and how its author calls it: "cell 3", "In [3]", "" for a .py file."""

    label: str
    source: str


@dataclass(frozen=True)
class Submission:
    """The code of one submission, in order.

    `digests` is there for a kernel only: the name of each task function that lives in memory and
    a digest of its code, to be compared with what the cells define.
    """

    cells: tuple[Cell, ...]
    origin: str
    kind: Kind
    digests: dict[str, str] = field(default_factory=dict)

    @property
    def sha256(self) -> str:
        """Of the sources, each with its length; labels and origin do not count."""
        digest = hashlib.sha256()
        for cell in self.cells:
            source = cell.source.encode("utf-8", "surrogatepass")
            digest.update(len(source).to_bytes(8, "big") + source)
        return digest.hexdigest()


def submission_from_cells(
    cells: Iterable[tuple[str, str]],
    origin: str,
    kind: Kind = "kernel",
    digests: dict[str, str] | None = None,
) -> Submission:
    """A submission from (label, source) pairs that did not come from a file.

    Cells that are empty, or that Python cannot have run because they hold a NUL or half a
    surrogate pair, are left out: a kernel's history keeps them for good. Raises SubmissionError
    when there is too much code.
    """
    kept = tuple(
        Cell(label, _unix_lines(source))
        for label, source in cells
        if source.strip() and not _unfit(source)
    )
    _check_amount(kept, origin)
    return Submission(kept, origin, kind, dict(digests or {}))


def read_submission(path: Path) -> Submission:
    """The submission in a notebook (.ipynb) or a Python file (.py).

    Code cells of a notebook are labelled "cell 1", "cell 2", ... in their order, empty ones left
    out: the numbers that Jupyter shows after Restart and Run All. Raises SubmissionError, which
    says in two to four lines what happened, where, and what to do.
    """
    suffix = path.suffix.lower()
    if suffix not in (".ipynb", ".py"):
        check_plain_file(path)
        raise refused(
            f"{shown(path)} is neither a notebook nor a Python file.",
            "judge reads files that end in .ipynb or .py.",
        )
    data = read_plain_file(path)
    cells = _script_cells(path, data) if suffix == ".py" else _notebook_cells(path, data)
    _check_amount(cells, shown(path))
    return Submission(cells, shown(path), "script" if suffix == ".py" else "notebook")


# --- text -------------------------------------------------------------------------------------


def _script_cells(path: Path, data: bytes) -> tuple[Cell, ...]:
    """A .py file is one cell without a label; cell markers in it are ordinary comments."""
    if at := data.find(b"\0") + 1:
        raise refused(
            f"{shown(path)} has a NUL byte in line {line_of(data, at)}: it is not Python text.",
            f"If it was saved as UTF-16: {_SAVE_AS_UTF8}",
        )
    encoding = _declared_encoding(path, data)
    try:
        text = data.removeprefix(codecs.BOM_UTF8).decode(encoding)
    except UnicodeDecodeError as error:
        raise _not_text(path, data, encoding, error) from None
    return (Cell("", _unix_lines(text)),)


def _declared_encoding(path: Path, data: bytes) -> str:
    """The encoding as Python finds it: a coding comment in the first two lines, else UTF-8."""
    lines = data.removeprefix(codecs.BOM_UTF8).splitlines()[:2]
    found = None
    for line in lines:
        found = found or _CODING.match(line)
        if not _BLANK_OR_COMMENT.match(line):
            break
    if not found:
        return "utf-8"
    named = found.group(1).decode("ascii", "replace")
    try:
        name = codecs.lookup(named.replace("_", "-").lower()).name
    except LookupError:
        name = ""
    if name not in _ENCODINGS or (data.startswith(codecs.BOM_UTF8) and name != "utf-8"):
        raise refused(
            f"{shown(path)} declares the encoding {named!r}, which is not accepted here.",
            "Save it as UTF-8 and delete the coding line.",
        )
    return name


def _not_text(path: Path, data: bytes, encoding: str, error: UnicodeDecodeError) -> SubmissionError:
    name = encoding.upper()
    return refused(
        f"{shown(path)} is not {name} text: byte 0x{data[error.start]:02x} "
        f"in line {line_of(data, error.start)}.",
        _SAVE_AS_UTF8,
    )


# --- notebooks --------------------------------------------------------------------------------


class _RawCell(msgspec.Struct):
    cell_type: str
    source: str | list[str] = ""
    input: str | list[str] = ""  # its name in notebook format 3


class _Worksheet(msgspec.Struct):
    cells: list[_RawCell]


class _RawNotebook(msgspec.Struct):
    cells: list[_RawCell] | None = None
    worksheets: list[_Worksheet] | None = None  # notebook format 3


def _notebook_cells(path: Path, data: bytes) -> tuple[Cell, ...]:
    try:
        text = data.removeprefix(codecs.BOM_UTF8).decode("utf-8")
    except UnicodeDecodeError as error:
        raise _not_text(path, data, "utf-8", error) from None
    raw = _decode(path, text)
    if raw.cells is None and raw.worksheets is None:
        raise _not_a_notebook(path, 'it has no list "cells"')
    found = raw.cells or [c for sheet in raw.worksheets or () for c in sheet.cells]
    sources = [_joined(cell.source or cell.input) for cell in found if cell.cell_type == "code"]
    cells = tuple(
        Cell(f"cell {n}", source)
        for n, source in enumerate((s for s in sources if s.strip()), start=1)
    )
    if not cells:
        empty = "only empty code cells" if sources else "no code cell"
        raise refused(
            f"{shown(path)} has {empty}: there is nothing to check.",
            "Write your code in a code cell (in Jupyter the key Y makes a cell one), then save.",
        )
    _check_fit(path, cells)
    return cells


def _decode(path: Path, text: str) -> _RawNotebook:
    """Only sources become objects: a file of brackets cannot fill the memory or the stack."""
    try:
        return msgspec.json.decode(text, type=_RawNotebook)
    except RecursionError:
        raise refused(
            f"{shown(path)} is nested too deeply to be a notebook.", _SAVE_AGAIN
        ) from None
    except msgspec.ValidationError as error:
        raise _not_a_notebook(path, str(error).replace("`", "")) from None
    except msgspec.DecodeError as error:
        raise _damaged(path, text, str(error)) from None


def _damaged(path: Path, text: str, reason: str) -> SubmissionError:
    if not text.lstrip().startswith("{"):
        return refused(
            f"{shown(path)} is not a notebook: a notebook is JSON and starts with a brace.",
            "If it is Python code, name it .py.",
        )
    data = text.encode()
    place = re.search(r"\(byte (\d+)\)", reason)
    at = int(place.group(1)) if place else len(data.rstrip())
    what = "it is no longer JSON" if place else "it ends in the middle"
    return refused(
        f"{shown(path)} is damaged in line {line_of(data, at)}: {what}.",
        "Unresolved merge marks (<<<<<<<) and half-finished downloads do that.",
        _SAVE_AGAIN,
    )


def _not_a_notebook(path: Path, why: str) -> SubmissionError:
    return refused(
        f"{shown(path)} is JSON but not a notebook: {why}.",
        "Hand in the .ipynb file that Jupyter or Colab saves.",
    )


def _joined(source: str | Sequence[str]) -> str:
    return _unix_lines(source if isinstance(source, str) else "".join(source))


def _check_fit(path: Path, cells: Sequence[Cell]) -> None:
    for cell in cells:
        if _unfit(cell.source):
            raise refused(
                f"{shown(path)}, {cell.label}: it holds a NUL or another character that Python "
                "does not accept.",
                "Delete that character, often pasted in from elsewhere, and save.",
            )


# --- shared -----------------------------------------------------------------------------------


def _check_amount(cells: Sequence[Cell], origin: str) -> None:
    size = sum(len(cell.source.encode("utf-8", "surrogatepass")) for cell in cells)
    if size > MAX_CODE:
        raise refused(
            f"{origin} holds {size / 1e6:.1f} MB of code; at most {MAX_CODE // 10**6} MB are read.",
            "Keep data out of the code.",
        )


def _unfit(source: str) -> bool:
    return "\0" in source or _SURROGATE.search(source) is not None


def _unix_lines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")
