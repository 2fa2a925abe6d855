"""What an export is asked for, and what it gives back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from judge.classroom.records import Result
from judge.report.message import View


@dataclass(frozen=True)
class Sheet:
    """A table that another system has made: its bytes, and its name for messages."""

    name: str
    data: bytes


@dataclass(frozen=True)
class Asked:
    """`results` goes through them anew at each call, one at a time: a class is never in memory.

    `columns` and `match` are of use to what fills in a sheet.
    """

    results: Callable[[], Iterator[Result]]
    view: View = "student"
    sheet: Sheet | None = None
    columns: tuple[str, ...] = ()
    match: str | None = None


@dataclass(frozen=True)
class Piece:
    """Bytes of a file. Without a name it goes on with the one file that is written."""

    data: bytes
    name: str = ""


@dataclass(frozen=True)
class Exported:
    """What is to be written, made while it is read, and what the person should know."""

    pieces: Iterable[Piece]
    notes: tuple[str, ...] = ()
