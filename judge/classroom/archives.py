"""Files in zip archives of strangers: listed by their names, read one by one, never unpacked.

A name is only ever a name here: nothing is written to disk. What is odd about a member (a link, a
name that leads out of the archive, a size that cannot be true) makes it a member with a problem,
and the others are read. What an archive declares of a size bounds what is read of it.
"""

from __future__ import annotations

import io
import itertools
import os
import stat
import struct
import unicodedata
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import BinaryIO

from judge import intake
from judge.classroom.names import JOINERS
from judge.classroom.zip_directory import ArchiveError, Entry, entries_of
from judge.intake import refused, shown

MAX_NAME = 1000
NESTED = "//"  # stands behind the name of an archive inside an archive; no sound name has it
_HEADER = struct.Struct("<4s5H3L2H")  # before a member's bytes
_MARK = b"PK\x03\x04"
_EMPTY = b"PK\x05\x06"  # what an archive of nothing begins with
_STORED, _DEFLATED = 0, 8
_PIECE = 1 << 16


@dataclass(frozen=True)
class Member:
    """One file in an archive, and what is wrong with it if something is.

    Of one that is not `sound` not even the name can be believed.
    """

    name: str  # its folders parted by `/`
    entry: Entry
    end: int  # where the next member begins
    problem: str = ""
    sound: bool = True


def members_of(archive: Path) -> tuple[Member, ...]:
    """The files in an archive, in the order of its directory. Raises ArchiveError."""
    with _opened(archive) as stream:
        return _members(stream)


def nested_members_of(archive: Path, member: Member) -> tuple[Member, ...]:
    """The files in an archive inside an archive. Raises ArchiveError."""
    with _opened(archive) as stream:
        return _members(io.BytesIO(_content(stream, member)))


def read_member(archive: Path, name: str) -> bytes:
    """The bytes of a file in an archive, or in an archive inside it. Raises SubmissionError."""
    outer, nested, inner = name.partition(NESTED)
    place = shown(f"{archive.name}/{outer}{'/' * bool(nested)}{inner}")
    try:
        with _opened(archive) as stream:
            state = os.fstat(stream.fileno())
            data = _content(
                stream, _named(_index(archive, state.st_mtime_ns, state.st_size), outer)
            )
        if nested:
            with io.BytesIO(data) as stream:
                data = _content(stream, _named(_by_name(_members(stream)), inner))
    except ArchiveError as error:
        raise refused(
            f"{place} cannot be read. {error}",
            "Hand the file in by itself, or make the archive anew.",
        ) from None
    if not data.strip():
        raise refused(f"{place} is empty.", "Save your work first, then hand it in.")
    return data


@lru_cache(maxsize=2)
def _index(archive: Path, changed: int, size: int) -> dict[str, Member]:
    """The directory of a class's archive is read once and not for each student.

    `changed` and `size` tell the archive from a later one of its name.
    """
    return _by_name(members_of(archive))


def _by_name(members: Sequence[Member]) -> dict[str, Member]:
    return {member.name: member for member in members}


def _named(members: dict[str, Member], name: str) -> Member:
    if name not in members:
        raise ArchiveError("The archive has changed: there is no such file in it any more.")
    return members[name]


@contextmanager
def _opened(archive: Path) -> Iterator[BinaryIO]:
    """Raises ArchiveError for what is no plain file, and for whatever the disk says."""
    flags = os.O_RDONLY
    for name in ("O_NOFOLLOW", "O_NONBLOCK", "O_CLOEXEC", "O_BINARY"):
        flags |= getattr(os, name, 0)  # none of them exists on every system
    try:
        with os.fdopen(os.open(archive, flags), "rb") as stream:
            if not stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
                raise ArchiveError("It is not a plain file.")
            yield stream
    except OSError as error:
        raise ArchiveError(f"{error.strerror or type(error).__name__}.") from None


# --- what is in it ------------------------------------------------------------------------------


def _members(stream: BinaryIO) -> tuple[Member, ...]:
    stream.seek(0)
    if stream.read(4) not in (_MARK, _EMPTY):
        raise ArchiveError("It is no zip archive, or something stands before the archive.")
    entries, end = entries_of(stream)
    if entries and min(entry.offset for entry in entries) != 0:
        raise ArchiveError("Something stands before the archive.")
    order = sorted(range(len(entries)), key=lambda n: entries[n].offset)
    ends = {n: entries[after].offset for n, after in itertools.pairwise(order)}
    overlapping = _overlapping(entries, order, end)
    found = [
        _member(entry, ends.get(n, end), n in overlapping)
        for n, entry in enumerate(entries)
        if not entry.name.endswith(("/", "\\"))
    ]
    times = Counter(member.name for member in found)
    twice = "Its name is in the archive twice."
    return tuple(
        replace(member, problem=member.problem or twice) if times[member.name] > 1 else member
        for member in found
    )


def _overlapping(entries: Sequence[Entry], order: Sequence[int], end: int) -> set[int]:
    """Members whose bytes are those of another one too: so a small archive unpacks to much."""
    found: set[int] = set()
    furthest, last = 0, -1
    for n in order:
        entry = entries[n]
        if entry.offset < furthest:
            found |= {n, last}
        reach = entry.offset + _HEADER.size + entry.stored_name + entry.packed
        if reach > end:
            found.add(n)
        if reach > furthest:
            furthest, last = reach, n
    return found


def _member(entry: Entry, end: int, overlaps: bool) -> Member:
    name = entry.name.replace("\\", "/")
    problem = _problem_of_name(name)
    if problem:
        return Member(shown(name[:MAX_NAME]), entry, end, problem, sound=False)
    overlap = "Its bytes are those of another member as well." if overlaps else ""
    return Member(name, entry, end, overlap or _problem_of(entry))


def _problem_of_name(name: str) -> str:
    if len(name) > MAX_NAME:
        return f"Its name is longer than {MAX_NAME} characters."
    if not name.isprintable() and not all(map(_may_be_in_a_name, name)):
        return "Its name has characters that cannot be shown."
    parts = name.split("/")
    if not parts[0] or parts[0][1:2] == ":":
        return "Its name begins at the root of a disk."
    if ".." in parts:
        return "Its name leads out of the archive."
    return "Its name is no path." if "" in parts or "." in parts else ""


def _may_be_in_a_name(char: str) -> bool:
    return char.isprintable() or char in JOINERS or unicodedata.category(char) == "Zs"


def _problem_of(entry: Entry) -> str:
    kind = stat.S_IFMT(entry.mode)
    if kind == stat.S_IFLNK:
        return "It is a link. Links are not followed."
    if kind not in (0, stat.S_IFREG):
        return "It is not a plain file."
    if entry.encrypted:
        return "It is encrypted."
    if entry.method not in (_STORED, _DEFLATED):
        return "It is packed in a way that is not read here; use the usual zip."
    if max(entry.size, entry.packed) > intake.MAX_FILE:
        size = max(entry.size, entry.packed) / 1e6
        return f"It is too large: {size:.1f} MB, at most {intake.MAX_FILE // 10**6} MB."
    return ""


# --- a member's bytes ---------------------------------------------------------------------------


def _content(stream: BinaryIO, member: Member) -> bytes:
    """The bytes, exactly as many as declared. Raises ArchiveError and OSError."""
    if member.problem:
        raise ArchiveError(member.problem)
    entry = member.entry
    stream.seek(entry.offset)
    header = stream.read(_HEADER.size)
    if len(header) < _HEADER.size or not header.startswith(_MARK):
        raise ArchiveError("It is damaged.")
    *_, name_size, extra_size = _HEADER.unpack(header)
    start = entry.offset + _HEADER.size + name_size + extra_size
    if start + entry.packed > member.end:
        raise ArchiveError("Its bytes are those of another member as well.")
    stream.seek(start)
    packed = stream.read(entry.packed)
    data = packed if entry.method == _STORED else _inflated(packed, entry.size)
    if len(data) != entry.size:
        raise ArchiveError(f"It does not have the {entry.size} bytes that the archive declares.")
    if zlib.crc32(data) != entry.checksum:
        raise ArchiveError("It is damaged: its checksum is wrong.")
    return data


def _inflated(packed: bytes, size: int) -> bytes:
    """At most one byte more than `size`, whatever it would unpack to."""
    inflate = zlib.decompressobj(-zlib.MAX_WBITS)
    data = bytearray()
    try:
        for at in range(0, len(packed), _PIECE):
            data += inflate.decompress(packed[at : at + _PIECE], size + 1 - len(data))
            if len(data) > size:
                break
    except zlib.error:
        raise ArchiveError("It is damaged.") from None
    return bytes(data)
