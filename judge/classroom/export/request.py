"""`judge export`: what is decided between the command line and the formats."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from judge.classroom.export.asked import Asked, Sheet
from judge.classroom.export.formats import FORMATS, write
from judge.classroom.records import Result
from judge.classroom.store import Store
from judge.errors import UnknownNameError, UserError
from judge.intake import shown
from judge.results import for_class

MAX_SHEET = 50_000_000  # bytes: a gradebook of a university is smaller

_SHEETS = {"canvas": "--gradebook", "moodle": "--worksheet"}


@dataclass(frozen=True)
class Request:
    """What was typed. Without `output` a file or folder in the folder of results is written."""

    folder: Path
    to: str
    output: Path | None = None
    gradebook: Path | None = None
    worksheet: Path | None = None
    columns: tuple[str, ...] = ()
    match: str | None = None
    challenges: tuple[str, ...] = ()
    instructor: bool = False

    @property
    def sheet(self) -> Path | None:
        return {"canvas": self.gradebook, "moodle": self.worksheet}.get(self.to)


@dataclass(frozen=True)
class Done:
    """Where it was written, how many files, and what the person should know."""

    target: Path
    files: int
    notes: tuple[str, ...]


def export(request: Request) -> Done:
    """Write what was asked for. Raises UserError, and then no file is changed."""
    format = FORMATS[request.to]
    _check_options(request)
    target = request.output or request.folder / format.usual
    sheet = _read_sheet(request.sheet, target)
    with Store(request.folder) as store:
        _check_challenges(store, request.challenges)
        asked = Asked(
            results=lambda: _chosen(store, request),
            view="instructor" if request.instructor else "student",
            sheet=sheet,
            columns=request.columns,
            match=request.match,
        )
        exported = format.make(asked)
        return Done(target, write(format, exported, target), exported.notes)


def _chosen(store: Store, request: Request) -> Iterator[Result]:
    """The results that were asked for, as their reader may see them."""
    for result in store.results():
        if not request.challenges or result.challenge in request.challenges:
            report = result.report if request.instructor else for_class(result.report)
            yield replace(result, report=report)


def _check_options(request: Request) -> None:
    """Options that this format does not know were meant for another one."""
    given = {
        "--gradebook": request.gradebook is not None,
        "--worksheet": request.worksheet is not None,
        "--column": bool(request.columns),
        "--match": request.match is not None,
    }
    own = _SHEETS.get(request.to)
    known = {own, "--column", "--match"} if own else set()
    for option, is_given in given.items():
        if is_given and option not in known:
            raise UserError(f"{option} says nothing for --to {request.to}.\nLeave it out.")
    if request.instructor and request.to in _SHEETS:
        raise UserError(
            f"--instructor says nothing for --to {request.to}: students read what stands there.\n"
            "Leave it out."
        )


def _check_challenges(store: Store, asked: tuple[str, ...]) -> None:
    """Raises UserError when there is nothing, and UnknownNameError with near matches."""
    if not store.count():
        raise UserError(
            f"{shown(store.folder)} holds no result yet.\nGrade some submissions first: judge grade"
        )
    known = dict.fromkeys(result.challenge for result in store.results()) if asked else {}
    for id in asked:
        if id not in known:
            listing = f"There are results of {', '.join(known)}."
            raise UnknownNameError("challenge", id, known, listing)


def _read_sheet(file: Path | None, target: Path) -> Sheet | None:
    if file is None:
        return None
    if target.exists() and file.exists() and target.samefile(file):
        raise UserError(
            f"{shown(file)} would be written over.\n"
            "Give --output another file: yours stays as it is."
        )
    try:
        if file.stat().st_size > MAX_SHEET:
            raise UserError(
                f"{shown(file)} is too large: more than {MAX_SHEET // 10**6} MB.\n"
                "Give the file as it was exported."
            )
        return Sheet(str(file), file.read_bytes())
    except OSError as error:
        raise UserError(
            f"{shown(file)} cannot be read: {error.strerror or error}.\nCheck the path."
        ) from None
