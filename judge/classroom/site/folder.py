"""Writing the site: a new folder beside the old one, which it replaces when all is written."""

from __future__ import annotations

import contextlib
import secrets
import shutil
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from judge.classroom.analysis import Analysis, analyse
from judge.classroom.records import Pair, Result
from judge.classroom.site.overview import overview
from judge.classroom.site.page import GENERATOR, INDEX, PAGES
from judge.classroom.site.submission import Neighbours, submission_page
from judge.classroom.store import Store
from judge.errors import UserError
from judge.intake import shown
from judge.report.message import View

_ENOUGH = 2000  # bytes of an index, in which its generator stands


@dataclass(frozen=True)
class Site:
    """What to write, and where: the results of `store` as pages in `folder`."""

    store: Store
    folder: Path
    view: View = "student"
    similar: Sequence[Pair] = ()

    def write(self) -> Analysis:
        """Write it in one step; what the results come to. Raises UserError, and changes nothing."""
        _check(self.folder)
        with _explained(self.folder), _draft(self.folder) as draft:
            (draft / PAGES).mkdir()
            analysis = analyse(self._written(draft / PAGES))
            title = f"Results of {self.store.folder.resolve().name}"
            page = overview(analysis, title, self.similar)
            (draft / INDEX).write_text(page, encoding="utf-8")
        return analysis

    def _written(self, pages: Path) -> Iterator[Result]:
        """The results, each with its page written as it goes by."""
        for result, neighbours in _with_neighbours(self.store.results()):
            cells = self.store.source(result.report.submission.sha256)
            page = submission_page(result, cells, self.view, neighbours)
            (pages / f"{result.id}.html").write_text(page, encoding="utf-8")
            yield result


def _with_neighbours(results: Iterable[Result]) -> Iterator[tuple[Result, Neighbours]]:
    before: int | None = None
    held: Result | None = None
    for result in results:
        if held is not None:
            yield held, Neighbours(before, result.id)
            before = held.id
        held = result
    if held is not None:
        yield held, Neighbours(before)


# --- the folder ---------------------------------------------------------------------------------


def _check(folder: Path) -> None:
    """Only what this wrote before is ever replaced. Raises UserError."""
    if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
        raise UserError(f"{shown(folder)} is no folder.\nGive --html a path where nothing is yet.")
    with _explained(folder):
        if folder.is_dir() and any(folder.iterdir()) and not _is_site(folder):
            raise UserError(
                f"{shown(folder)} holds something else than pages of `judge report`.\n"
                "Nothing was written. Give --html a new folder, or empty this one."
            )


def _is_site(folder: Path) -> bool:
    if {path.name for path in folder.iterdir()} != {INDEX, PAGES}:
        return False
    if (folder / INDEX).is_symlink() or (folder / PAGES).is_symlink():
        return False
    with (folder / INDEX).open("rb") as file:
        start = file.read(_ENOUGH)
    ours = f'<meta name="generator" content="{GENERATOR}">'.encode()
    return ours in start and all(path.suffix == ".html" for path in (folder / PAGES).iterdir())


@contextlib.contextmanager
def _draft(folder: Path) -> Iterator[Path]:
    """A new folder that takes the place of `folder` at the end, or leaves no trace."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    place = folder.resolve()
    mark = secrets.token_hex(4)
    draft, old = (place.with_name(f".{place.name}.{mark}.{word}") for word in ("tmp", "old"))
    draft.mkdir()
    try:
        yield draft
        if place.exists():
            place.rename(old)
        try:
            draft.rename(place)
        except BaseException:
            if old.exists():
                old.rename(place)
            raise
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise
    shutil.rmtree(old, ignore_errors=True)


@contextlib.contextmanager
def _explained(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise UserError(
            f"{shown(folder)} cannot be written: {error.strerror or error}.\n"
            "Give --html a folder that may be written to."
        ) from None
