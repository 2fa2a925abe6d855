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
from itertools import islice
from pathlib import Path, PurePath
from typing import Literal

import msgspec

from judge.errors import SubmissionError
from judge.intake import check_plain_file, line_of, read_plain_file, refused, shown
from judge.replied import (
    Block,
    blocks_of,
    indented_blocks,
    looks_like_code,
    without_prose,
    without_thinking,
)

MAX_CODE = 4_000_000  # bytes of code in a submission
MAX_BLOCKS = 1000  # of a chat reply

Kind = Literal["notebook", "script", "kernel", "reply"]
KINDS: dict[str, Kind] = {
    ".ipynb": "notebook",
    ".py": "script",
    ".md": "reply",
    ".txt": "reply",
}  # by the ending of a file's name

# What a coding line may name. Codecs that compute (zlib, rot13, unicode_escape) are not text.
# Spelt as codecs.lookup(...).name gives them.
_ENCODINGS = frozenset(
    {"utf-8", "ascii", "iso8859-1", "iso8859-2", "iso8859-15", "cp1250", "cp1251", "cp1252"}
    | {"koi8-r", "mac-roman", "gb18030", "gbk", "big5", "shift_jis", "euc_jp", "euc_kr"}
)
_CODING = re.compile(rb"[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)")
_BLANK_OR_COMMENT = re.compile(rb"[ \t\f]*(?:#.*)?$")
_JSON = re.compile(r"\s*+[{\[]\s*+[\"{]")  # how an API's answer begins
_SURROGATE = re.compile("[\ud800-\udfff]")
_SAVE_AS_UTF8 = "Save it as UTF-8 and hand it in again."
_SAVE_AGAIN = "Open it in Jupyter, clear the outputs, save it and hand it in again."


@dataclass(frozen=True)
class Cell:
    """A piece of source and what it is called: "cell 3", "In [3]", "block 3", "" for a .py file."""

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
    """The submission in a notebook (.ipynb), a Python file (.py) or a chat reply (.md, .txt).

    Code cells of a notebook are labelled "cell 1", "cell 2", ... in their order, empty ones left
    out: the numbers that Jupyter shows after Restart and Run All. Raises SubmissionError, which
    says in two to four lines what happened, where, and what to do.
    """
    if path.suffix.lower() not in KINDS:
        check_plain_file(path)
        raise _unknown(str(path))
    return submission_from_bytes(read_plain_file(path), str(path))


def submission_from_bytes(data: bytes, name: str) -> Submission:
    """The submission in a file's bytes; what they are is told by the ending of its name.

    Raises SubmissionError.
    """
    kind = KINDS.get(PurePath(name).suffix.lower())
    if kind is None:
        raise _unknown(name)
    cells = _READERS[kind](name, data)
    _check_amount(cells, shown(name))
    return Submission(cells, shown(name), kind)


def _unknown(name: str) -> SubmissionError:
    return refused(
        f"{shown(name)} is neither a notebook nor a Python file.",
        "judge reads files that end in .ipynb or .py, and chat replies in .md or .txt.",
    )


# --- text -------------------------------------------------------------------------------------


def _script_cells(name: str, data: bytes) -> tuple[Cell, ...]:
    """A .py file is one cell without a label; cell markers in it are ordinary comments."""
    if at := data.find(b"\0") + 1:
        raise refused(
            f"{shown(name)} has a NUL byte in line {line_of(data, at)}: it is not Python text.",
            f"If it was saved as UTF-16: {_SAVE_AS_UTF8}",
        )
    encoding = _declared_encoding(name, data)
    try:
        text = data.removeprefix(codecs.BOM_UTF8).decode(encoding)
    except UnicodeDecodeError as error:
        raise _not_text(name, data, encoding, error) from None
    return (Cell("", _unix_lines(text)),)


def _declared_encoding(name: str, data: bytes) -> str:
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
        codec = codecs.lookup(named.replace("_", "-").lower()).name
    except LookupError:
        codec = ""
    if codec not in _ENCODINGS or (data.startswith(codecs.BOM_UTF8) and codec != "utf-8"):
        raise refused(
            f"{shown(name)} declares the encoding {named!r}, which is not accepted here.",
            "Save it as UTF-8 and delete the coding line.",
        )
    return codec


def _utf8(name: str, data: bytes) -> str:
    try:
        return data.removeprefix(codecs.BOM_UTF8).decode("utf-8")
    except UnicodeDecodeError as error:
        raise _not_text(name, data, "utf-8", error) from None


def _not_text(name: str, data: bytes, encoding: str, error: UnicodeDecodeError) -> SubmissionError:
    return refused(
        f"{shown(name)} is not {encoding.upper()} text: byte 0x{data[error.start]:02x} "
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


def _notebook_cells(name: str, data: bytes) -> tuple[Cell, ...]:
    raw = _decode(name, _utf8(name, data))
    if raw.cells is None and raw.worksheets is None:
        raise _not_a_notebook(name, 'it has no list "cells"')
    found = raw.cells or [c for sheet in raw.worksheets or () for c in sheet.cells]
    sources = [_joined(cell.source or cell.input) for cell in found if cell.cell_type == "code"]
    cells = tuple(
        Cell(f"cell {n}", source)
        for n, source in enumerate((s for s in sources if s.strip()), start=1)
    )
    if not cells:
        empty = "only empty code cells" if sources else "no code cell"
        raise refused(
            f"{shown(name)} has {empty}: there is nothing to check.",
            "Write your code in a code cell (in Jupyter the key Y makes a cell one), then save.",
        )
    _check_fit(name, cells)
    return cells


def _decode(name: str, text: str) -> _RawNotebook:
    """Only sources become objects: a file of brackets cannot fill the memory or the stack."""
    try:
        return msgspec.json.decode(text, type=_RawNotebook)
    except RecursionError:
        raise refused(
            f"{shown(name)} is nested too deeply to be a notebook.", _SAVE_AGAIN
        ) from None
    except msgspec.ValidationError as error:
        raise _not_a_notebook(name, str(error).replace("`", "")) from None
    except msgspec.DecodeError as error:
        raise _damaged(name, text, str(error)) from None


def _damaged(name: str, text: str, reason: str) -> SubmissionError:
    if not text.lstrip().startswith("{"):
        return refused(
            f"{shown(name)} is not a notebook: a notebook is JSON and starts with a brace.",
            "If it is Python code, name it .py.",
        )
    data = text.encode()
    place = re.search(r"\(byte (\d+)\)", reason)
    at = int(place.group(1)) if place else len(data.rstrip())
    what = "it is no longer JSON" if place else "it ends in the middle"
    return refused(
        f"{shown(name)} is damaged in line {line_of(data, at)}: {what}.",
        "Unresolved merge marks (<<<<<<<) and half-finished downloads do that.",
        _SAVE_AGAIN,
    )


def _not_a_notebook(name: str, why: str) -> SubmissionError:
    return refused(
        f"{shown(name)} is JSON but not a notebook: {why}.",
        "Hand in the .ipynb file that Jupyter or Colab saves.",
    )


def _joined(source: str | Sequence[str]) -> str:
    return _unix_lines(source if isinstance(source, str) else "".join(source))


def _check_fit(name: str, cells: Sequence[Cell]) -> None:
    for cell in cells:
        if _unfit(cell.source):
            raise refused(
                f"{shown(name)}, {cell.label}: it holds a NUL or another character that Python "
                "does not accept.",
                "Delete that character, often pasted in from elsewhere, and save.",
            )


# --- chat replies -----------------------------------------------------------------------------


def _reply_cells(name: str, data: bytes) -> tuple[Cell, ...]:
    """The Python blocks of a reply; one of another language stands there as its name alone.

    It is written as a notebook writes it, so it is left out and named as it is there. Whether a
    block is complete Python is found out by who may parse it.
    """
    text = without_thinking(_unix_lines(_utf8(name, data)))
    blocks = list(islice(blocks_of(text), MAX_BLOCKS + 1))
    if len(blocks) > MAX_BLOCKS:
        raise refused(
            f"{shown(name)} has more than {MAX_BLOCKS} blocks of code.",
            "Hand in one reply in a file.",
        )
    if any(block.is_python for block in blocks):
        cells = tuple(map(_cell_of, blocks))
    elif not blocks:
        cells = _unfenced_cells(text)
    else:
        cells = ()
    if not cells:
        raise _without_python(name, text, blocks)
    _check_fit(name, cells)
    return cells


def _unfenced_cells(text: str) -> tuple[Cell, ...]:
    """Of a reply without fences: it is all code, or code stands below prose or is moved in."""
    if not looks_like_code(text):
        return tuple(map(_cell_of, islice(indented_blocks(text), MAX_BLOCKS)))
    code = without_prose(text)
    return (Cell("" if code is text else "block 1", code),)


def _cell_of(block: Block) -> Cell:
    label = f"block {block.number}"
    if block.is_python:
        return Cell(label, block.source)
    return Cell(label, "%%" + re.sub(r"\W+", "_", block.language).strip("_"))


def _without_python(name: str, text: str, blocks: Sequence[Block]) -> SubmissionError:
    if not blocks and _JSON.match(text):
        return _json_instead(name, text)
    if blocks:
        languages = ", ".join(dict.fromkeys(shown(block.language) for block in blocks[:5]))
        what = f"has no block of Python code, only of other languages: {languages}."
    elif text.strip():
        what = "has no block of code."
    else:
        what = "has no answer, only reasoning."
    return refused(
        f"{shown(name)} {what}",
        "Of a reply the code between lines of three backticks is taken.",
    )


def _json_instead(name: str, text: str) -> SubmissionError:
    if '"nbformat"' in text:
        what, cure = "a notebook by what is in it", "Give it a name that ends in .ipynb."
    else:
        what = "JSON and not the text of a reply"
        cure = "Keep that text alone, as the model gave it."
    return refused(f"{shown(name)} is {what}.", cure)


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


_READERS = {"notebook": _notebook_cells, "script": _script_cells, "reply": _reply_cells}
