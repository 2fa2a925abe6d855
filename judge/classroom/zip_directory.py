"""The directory of a zip archive, as plain values: bounded, and strict where readers disagree.

The standard library's reader takes an archive whole or not at all, believes in the directory's
size and accepts what stands before an archive. Here one odd name costs that member alone.
"""

from __future__ import annotations

import os
import stat
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import BinaryIO

from judge.classroom.names import utc

MAX_MEMBERS = 50_000
_MAX_DIRECTORY = 10_000_000  # bytes, names and all

_LAST = struct.Struct("<4s4H2LH")  # end of the directory: where it is, how large, how many
_LAST_64 = struct.Struct("<4sQ2H2L4Q")  # the same of archives above 4 GB
_POINTER = struct.Struct("<4sLQL")  # to the latter
_ENTRY = struct.Struct("<4s6H3L5H2L")
_TAIL = 22 + 65_535  # bytes from the end in which the end of the directory may begin
_FULL = 0xFFFFFFFF  # stands for a number that does not fit: it is in the extra field
_SIZES, _TIMES = 0x0001, 0x5455  # extra fields
_UTF8 = 0x800
_ENCRYPTED = 0x1 | 0x40 | 0x2000
_DAMAGED = "It is damaged, or something stands before or behind the archive."


class ArchiveError(Exception):
    """An archive, or a member of one, cannot be read; the text says why in one sentence."""


@dataclass(frozen=True)
class Entry:
    """What the directory says of one member; nothing of it is checked."""

    name: str
    stored_name: int  # its length in bytes
    offset: int  # of the header before its bytes
    packed: int
    size: int
    checksum: int
    method: int
    encrypted: bool
    mode: int  # of a Unix file, 0 where the archive does not say
    when: str | None


@dataclass(frozen=True)
class _Directory:
    start: int
    size: int
    count: int


def entries_of(stream: BinaryIO) -> tuple[list[Entry], int]:
    """The members, and where the directory behind them begins. Raises ArchiveError and OSError."""
    directory = _directory(stream)
    if directory.count > MAX_MEMBERS:
        raise ArchiveError(f"It has {directory.count} members; at most {MAX_MEMBERS} are read.")
    if directory.size > _MAX_DIRECTORY:
        raise ArchiveError(f"Its directory is larger than {_MAX_DIRECTORY // 10**6} MB.")
    stream.seek(directory.start)
    data = stream.read(directory.size)
    try:
        entries = list(_entries(data, directory.count))
    except (struct.error, IndexError):
        raise ArchiveError(_DAMAGED) from None
    return entries, directory.start


def _directory(stream: BinaryIO) -> _Directory:
    end = stream.seek(0, os.SEEK_END)
    first = max(0, end - _TAIL)
    stream.seek(first)
    tail = stream.read(_TAIL)
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) - at < _LAST.size:
        raise ArchiveError("It is no zip archive.")
    _, _, _, _, count, size, start, comment = _LAST.unpack_from(tail, at)
    if at + _LAST.size + comment != len(tail):
        raise ArchiveError(_DAMAGED)
    found, position = _Directory(start, size, count), first + at
    if _FULL in (start, size) or count == 0xFFFF:
        found, position = _large_directory(stream, position)
    if found.start + found.size != position:
        raise ArchiveError(_DAMAGED)
    return found


def _large_directory(stream: BinaryIO, position: int) -> tuple[_Directory, int]:
    try:
        stream.seek(position - _POINTER.size)
        mark, _, place, _ = _POINTER.unpack(stream.read(_POINTER.size))
        stream.seek(place)
        other, *_, count, size, start = _LAST_64.unpack(stream.read(_LAST_64.size))
    except (struct.error, ValueError, OverflowError, OSError):
        raise ArchiveError(_DAMAGED) from None
    if (mark, other) != (b"PK\x06\x07", b"PK\x06\x06"):
        raise ArchiveError(_DAMAGED)
    return _Directory(start, size, count), place


def _entries(data: bytes, count: int) -> Iterator[Entry]:
    """Raises struct.error when the data end too early."""
    at = 0
    for _ in range(count):
        fields = _ENTRY.unpack_from(data, at)
        (mark, made, _, flags, method, time, date, checksum, packed, size) = fields[:10]
        (name_size, extra_size, comment, _, _, attributes, offset) = fields[10:]
        if mark != b"PK\x01\x02":
            raise ArchiveError(_DAMAGED)
        at += _ENTRY.size
        raw, extra = data[at : at + name_size], data[at + name_size :][:extra_size]
        at += name_size + extra_size + comment
        if at > len(data):
            raise ArchiveError(_DAMAGED)
        extras = dict(_extras(extra))
        size, packed, offset = _large((size, packed, offset), extras.get(_SIZES, b""))
        yield Entry(
            name=_name(raw, flags),
            stored_name=name_size,
            offset=offset,
            packed=packed,
            size=size,
            checksum=checksum,
            method=method,
            encrypted=bool(flags & _ENCRYPTED),
            mode=attributes >> 16 if made >> 8 in (3, 19) else stat.S_IFREG,
            when=_when(time, date, extras.get(_TIMES, b"")),
        )
    if at != len(data):  # another reader would find more members
        raise ArchiveError(_DAMAGED)


def _extras(extra: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at + 4 <= len(extra):
        kind, size = struct.unpack_from("<2H", extra, at)
        yield kind, extra[at + 4 : at + 4 + size]
        at += 4 + size


def _large(numbers: tuple[int, ...], extra: bytes) -> Iterator[int]:
    """Each number, or the one of 64 bits that stands for it in the extra field."""
    for number in numbers:
        if number == _FULL:
            (number,) = struct.unpack_from("<Q", extra)
            extra = extra[8:]
        yield number


def _name(raw: bytes, flags: int) -> str:
    """Many programs write UTF-8 and do not say so; the format's own alphabet is of 1981."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("utf-8" if flags & _UTF8 else "cp437", "backslashreplace")


def _when(time: int, date: int, extra: bytes) -> str | None:
    """In UTC where the archive has it so; else the member's date, which names no zone."""
    try:
        if len(extra) >= 5 and extra[0] & 1:
            (seconds,) = struct.unpack_from("<l", extra, 1)
            return utc(datetime.fromtimestamp(seconds, UTC))
        year, month, day = 1980 + (date >> 9), date >> 5 & 15, date & 31
        hour, minute, second = time >> 11, time >> 5 & 63, min((time & 31) * 2, 59)
        return utc(datetime(year, month, day, hour, minute, second, tzinfo=UTC))
    except (ValueError, OverflowError, OSError):
        return None
