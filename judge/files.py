"""Writing a file so that a reader finds the old bytes or the new ones, never a part."""

from __future__ import annotations

import errno
import os
import secrets
import stat
from collections.abc import Iterable
from pathlib import Path


def write_atomically(path: Path, data: bytes) -> None:
    """Put `data` at `path` in one step; the file keeps its mode.

    The bytes go to a new file in the same folder, reach the disk, and take the old file's place.
    A link at `path` is replaced, not followed; a device or a pipe is left alone. Raises OSError,
    and then `path` is as it was.
    """
    write_pieces(path, (data,))


def write_pieces(path: Path, pieces: Iterable[bytes]) -> None:
    """The same for data that is made piece by piece; also when making it raises."""
    _check_replaceable(path)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")
    # Created by hand: tempfile would give mode 0600, and asking for the umask means setting it.
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            for piece in pieces:
                stream.write(piece)
            stream.flush()
            os.fsync(stream.fileno())
        _copy_mode(path, draft)
        draft.replace(path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise


def _check_replaceable(path: Path) -> None:
    """Raises OSError for what whoever runs as root could replace, and the whole machine needs."""
    try:
        mode = path.lstat().st_mode
        special = stat.S_ISLNK(mode) and path.readlink().is_relative_to("/proc")
    except OSError:
        return
    if special or not (stat.S_ISREG(mode) or stat.S_ISDIR(mode) or stat.S_ISLNK(mode)):
        raise OSError(errno.EINVAL, "it is a device or a pipe, not a file", str(path))


def _copy_mode(old: Path, new: Path) -> None:
    try:
        found = old.lstat()
    except FileNotFoundError:
        return
    if stat.S_ISREG(found.st_mode):
        new.chmod(stat.S_IMODE(found.st_mode))
