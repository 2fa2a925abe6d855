"""What lies in the folders that were handed over: each file once, by name; nothing is opened.

Of archives the directory alone is read, also of one inside another. Links are told, not followed.
"""

from __future__ import annotations

import os
import stat
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

from judge.classroom.archives import (
    MAX_NAME,
    NESTED,
    Member,
    members_of,
    nested_members_of,
)
from judge.classroom.names import utc
from judge.classroom.store import FILE
from judge.classroom.zip_directory import ArchiveError
from judge.errors import UserError
from judge.intake import shown
from judge.submission import KINDS

MAX_FILES = 200_000
_MAX_DEPTH = 30  # of folders
_MOST_MEMBERS = 2000  # of an archive that one student handed in
_ZIP = ".zip"
_OTHER_ARCHIVES = frozenset({".rar", ".7z", ".tar", ".tgz", ".gz", ".bz2", ".xz", ".zst"})
ARCHIVES = _OTHER_ARCHIVES | {_ZIP}
_JUNK = frozenset({"__MACOSX", "__pycache__", "node_modules", "desktop.ini", "Thumbs.db"})
STAMP = "timestamp.txt"  # nbgrader's, beside what it belongs to
_REPARSE = 0x400  # Windows: a junction, which leads elsewhere as a link does


@dataclass(frozen=True)
class Base:
    """One of the folders, archives or files that are collected."""

    path: Path
    name: str  # without the ending
    kind: str  # "folder", "archive" or "file"


@dataclass(frozen=True)
class Found:
    """A file or a member of an archive, as listed. With a `problem` it can be no submission."""

    base: Base
    parts: tuple[str, ...]  # below the base; empty where the name cannot be believed
    source: str  # as shown, with the base's name where that is an archive or a file
    path: Path
    member: str | None = None
    when: str | None = None
    problem: str = ""


@dataclass
class Listing:
    """All that was found: what may be a submission, what cannot be one, and the rest."""

    found: list[Found] = field(default_factory=list)
    stamps: list[Found] = field(default_factory=list)
    others: list[Found] = field(default_factory=list)  # files of kinds that are never graded
    junk: Counter[str] = field(default_factory=Counter)  # what programs leave behind, by name
    count: int = 0


def list_files(bases: Sequence[Base]) -> Listing:
    """Everything in these places, in a fixed order. Raises UserError when there is no end of it."""
    listing = Listing()
    for base in bases:
        if base.kind == "folder":
            _folder(listing, base, base.path, ())
        elif base.kind == "archive":
            _archive(listing, Found(base, (), base.path.name, base.path))
        else:
            when = _when(base.path.stat().st_mtime)
            _sort_in(listing, Found(base, (base.path.name,), base.path.name, base.path, when=when))
    return listing


def bases_of(folders: Sequence[Path]) -> list[Base]:
    """The places, each once. Raises UserError for what is not there or cannot be taken."""
    found: dict[Path, Base] = {}
    for given in folders:
        try:
            path = given.resolve(strict=True)
        except (OSError, RuntimeError):
            raise UserError(
                f"There is no {shown(given)}.\nGive the folder, archive or file to collect from."
            ) from None
        found.setdefault(path, _base(given, path))
    return list(found.values())


def _base(given: Path, path: Path) -> Base:
    suffix = path.suffix.lower()
    if path.is_dir():
        return Base(path, path.name or "all", "folder")
    if path.is_file() and (suffix == _ZIP or suffix in KINDS):
        return Base(path, path.stem, "archive" if suffix == _ZIP else "file")
    raise UserError(
        f"{shown(given)} is no folder, no zip archive and no submission.\n"
        "Submissions end in .ipynb, .py, .md or .txt. Unpack archives of other kinds first."
    )


# --- folders --------------------------------------------------------------------------------------


def _folder(listing: Listing, base: Base, folder: Path, above: tuple[str, ...]) -> None:
    try:
        with os.scandir(folder) as entries:
            inside = sorted(entries, key=lambda entry: os.fsencode(entry.name))
    except OSError as error:
        reason = f"This folder cannot be read: {error.strerror or type(error).__name__}."
        listing.found.append(_problem(base, above, folder, reason))
        return
    names = [entry.name for entry in inside]
    if above and FILE in names and not any(suffix_of(name) in KINDS for name in names):
        listing.junk["results of judge"] += 1  # of an earlier run, into a folder in here
        return
    for entry in inside:
        _entry(listing, base, entry, (*above, entry.name))


def _entry(listing: Listing, base: Base, entry: os.DirEntry[str], parts: tuple[str, ...]) -> None:
    _count(listing)
    path = Path(entry.path)
    if _is_junk(entry.name):
        listing.junk[_kind_of_junk(entry.name)] += 1
        return
    try:
        state = entry.stat(follow_symlinks=False)
    except OSError as error:
        reason = f"It cannot be looked at: {error.strerror or type(error).__name__}."
        listing.found.append(_problem(base, parts, path, reason))
        return
    found = Found(base, parts, shown("/".join(parts)), path, when=_when(state.st_mtime))
    reason = _problem_of(state, parts)
    if reason:
        listing.found.append(_problem(base, parts, path, reason))
    elif stat.S_ISDIR(state.st_mode):
        _folder(listing, base, path, parts)
    elif path.suffix.lower() == _ZIP:
        _archive(listing, found)
    else:
        _sort_in(listing, found)


def _problem_of(state: os.stat_result, parts: Sequence[str]) -> str:
    reparse = getattr(state, "st_file_attributes", 0) & _REPARSE
    if stat.S_ISLNK(state.st_mode) or reparse:
        return "It is a link. Links are not followed: put the file itself there."
    if sum(map(len, parts)) + len(parts) > MAX_NAME:
        return f"Its path is longer than {MAX_NAME} characters."
    if stat.S_ISDIR(state.st_mode):
        deep = len(parts) > _MAX_DEPTH
        return f"It lies more than {_MAX_DEPTH} folders deep." if deep else ""
    return "" if stat.S_ISREG(state.st_mode) else "It is a pipe, a socket or a device."


def _problem(base: Base, parts: tuple[str, ...], path: Path, reason: str) -> Found:
    return Found(base, parts, shown("/".join(parts))[:MAX_NAME] or ".", path, problem=reason)


def _when(seconds: float) -> str | None:
    try:
        return utc(datetime.fromtimestamp(seconds, UTC))
    except (ValueError, OverflowError, OSError):
        return None


# --- archives -------------------------------------------------------------------------------------


def _archive(listing: Listing, archive: Found) -> None:
    """The members of an archive; it stands in their paths as a folder does."""
    try:
        members = members_of(archive.path)
    except ArchiveError as error:
        listing.found.append(replace(archive, problem=str(error)))
        return
    above = archive.parts and (*archive.parts[:-1], PurePosixPath(archive.parts[-1]).stem)
    if archive.parts and _too_many(listing, archive, members):
        return
    for member in members:
        found = _found(archive, above, member, member.name)
        if not member.problem and suffix_of(member.name) == _ZIP and not _junk_in(member.name):
            _nested(listing, found, member)
        else:
            _member(listing, found)


def _nested(listing: Listing, archive: Found, member: Member) -> None:
    """The members of an archive inside an archive; no deeper."""
    try:
        members = nested_members_of(archive.path, member)
    except ArchiveError as error:
        listing.found.append(replace(archive, problem=str(error)))
        return
    if _too_many(listing, archive, members):
        return
    above = (*archive.parts[:-1], PurePosixPath(archive.parts[-1]).stem)
    for inner in members:
        found = _found(archive, above, inner, f"{member.name}{NESTED}{inner.name}")
        if not found.problem and suffix_of(inner.name) == _ZIP:
            reason = "It is an archive inside an archive inside an archive."
            found = replace(found, problem=reason)
        _member(listing, found)


def _found(archive: Found, above: tuple[str, ...], member: Member, name: str) -> Found:
    source = f"{archive.source}/{shown(member.name)}"
    parts = (*above, *member.name.split("/")) if member.sound else ()
    too_long = f"Its path is longer than {MAX_NAME} characters." * (len(source) > MAX_NAME)
    return Found(
        base=archive.base,
        parts=parts,
        source=source[:MAX_NAME],
        path=archive.path,
        member=name,
        when=member.entry.when,
        problem=member.problem or too_long,
    )


def _member(listing: Listing, found: Found) -> None:
    _count(listing)
    inside = (found.member or "").replace(NESTED, "/")
    if not found.parts:
        listing.found.append(found)
    elif junk := _junk_in(inside):
        listing.junk[_kind_of_junk(junk)] += 1
    elif found.problem:
        listing.found.append(found)
    else:
        _sort_in(listing, found)


def _too_many(listing: Listing, archive: Found, members: Sequence[Member]) -> bool:
    if len(members) <= _MOST_MEMBERS:
        return False
    reason = (
        f"It has {len(members)} files. Of an archive that lies among the submissions at most "
        f"{_MOST_MEMBERS} are read; that of a whole class is to be given by itself."
    )
    listing.found.append(replace(archive, problem=reason))
    return True


# --- shared ---------------------------------------------------------------------------------------


def _sort_in(listing: Listing, found: Found) -> None:
    name = found.parts[-1]
    suffix = suffix_of(name)
    if name == STAMP:
        listing.stamps.append(found)
    elif suffix in KINDS:
        listing.found.append(found)
    elif suffix in _OTHER_ARCHIVES:
        reason = "Archives of this kind are not read: hand in a .zip, or the file itself."
        listing.found.append(replace(found, problem=reason))
    else:
        listing.others.append(found)


def suffix_of(name: str) -> str:
    """The ending of a name, in small letters; empty when it has none."""
    stem, _, ending = name.rpartition("/")[2].rpartition(".")
    return f".{ending.lower()}" if stem else ""


def _is_junk(name: str) -> bool:
    return name.startswith(".") or name in _JUNK


def _junk_in(path: str) -> str:
    """The first part of a member's path that a program left behind; empty when there is none."""
    return next((part for part in path.split("/") if _is_junk(part)), "")


def _kind_of_junk(name: str) -> str:
    return "hidden" if name.startswith("._") else name[:40]


def _count(listing: Listing) -> None:
    listing.count += 1
    if listing.count > MAX_FILES:
        raise UserError(
            f"There are more than {MAX_FILES} files.\nGive a folder that holds submissions alone."
        )
