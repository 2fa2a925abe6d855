"""Opening a file that a stranger handed in: plain files of bounded size, and words for the rest."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

from judge.errors import SubmissionError, near_matches

MAX_FILE = 20_000_000  # bytes of a file, outputs included


def read_plain_file(path: Path) -> bytes:
    """The bytes of a plain file, at most MAX_FILE of them and not none.

    A link, a folder, a pipe or a device is not opened for reading. Raises SubmissionError, in two
    to four lines: what happened, where, and what to do.
    """
    descriptor = _open(path)
    try:
        size = os.fstat(descriptor).st_size
        data = b"" if size > MAX_FILE else _read_all(descriptor)
    except OSError as error:
        raise _not_opened(path, error) from None
    finally:
        os.close(descriptor)
    if max(size, len(data)) > MAX_FILE:  # it may have grown since it was measured
        raise _too_large(path, max(size, len(data)))
    if not data.strip():
        raise refused(f"{shown(path)} is empty.", _of_nothing(path))
    return data


def _of_nothing(path: Path) -> str:
    if path.suffix.lower() in (".md", ".txt"):
        return "The model said nothing, or what it said was not saved."
    return "Save your work in the editor first: what is not saved cannot be seen from here."


def check_plain_file(path: Path) -> None:
    """Raises SubmissionError unless `path` is a plain file that may be read."""
    os.close(_open(path))


def _open(path: Path) -> int:
    flags = os.O_RDONLY
    for name in ("O_NOFOLLOW", "O_NONBLOCK", "O_CLOEXEC", "O_BINARY"):
        flags |= getattr(os, name, 0)  # none of them exists on every system
    try:
        _check_plain(path, path.lstat().st_mode)
        descriptor = os.open(path, flags)
    except OSError as error:
        raise _not_opened(path, error) from None
    try:
        # Looked at again: another file may bear the name by now.
        _check_plain(path, os.fstat(descriptor).st_mode)
    except SubmissionError:
        os.close(descriptor)
        raise
    return descriptor


def _read_all(descriptor: int) -> bytes:
    pieces, size = [], 0
    while size <= MAX_FILE and (piece := os.read(descriptor, 1 << 20)):
        pieces.append(piece)
        size += len(piece)
    return b"".join(pieces)


def _check_plain(path: Path, mode: int) -> None:
    if stat.S_ISREG(mode):
        return
    if stat.S_ISDIR(mode):
        raise refused(
            f"{shown(path)} is a folder, not a file.",
            *_files_in(path),
            "Give the path of one notebook or Python file.",
        )
    what = "a link" if stat.S_ISLNK(mode) else "not a plain file (a pipe, a socket or a device)"
    raise refused(
        f"{shown(path)} is {what}.",
        "Links, pipes and devices are not read. Copy the contents into a plain file.",
    )


def _not_opened(path: Path, error: OSError) -> SubmissionError:
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return _missing(path)
    if isinstance(error, PermissionError):
        return refused(
            f"{shown(path)} may not be read: permission denied.",
            f"Allow it, for example with: chmod u+r {shown(path)}",
        )
    if error.errno == errno.ELOOP:  # became a link between two looks
        return refused(f"{shown(path)} is a link.", "Copy the contents into a plain file.")
    return refused(
        f"{shown(path)} cannot be read: {error.strerror or type(error).__name__}.",
        "Check the path, or copy the file to another folder.",
    )


def _missing(path: Path) -> SubmissionError:
    if not path.parent.is_dir():
        return refused(
            f"There is no file {shown(path)}: the folder {shown(path.parent)} does not exist.",
            "Check the path.",
        )
    return refused(
        f"There is no file {shown(path)}.",
        *_files_in(path.parent, near=path.name),
        "Check the name, or save the notebook there first.",
    )


def _files_in(folder: Path, near: str = "") -> list[str]:
    """One line that names the notebooks and Python files of a folder, those like `near` first."""
    try:
        names = sorted(p.name for p in folder.iterdir() if p.suffix.lower() in (".ipynb", ".py"))
    except OSError:
        return []
    if not names:
        return [f"The folder {shown(folder.resolve())} has no .ipynb and no .py file."]
    like = near_matches(near, names) if near else []
    if like:
        return [f"Did you mean {' or '.join(map(shown, like))}?"]
    more = f" and {len(names) - 5} more" if len(names) > 5 else ""
    return [f"In {shown(folder.resolve())}: {', '.join(map(shown, names[:5]))}{more}."]


def _too_large(path: Path, size: int) -> SubmissionError:
    cure = "Clear the outputs (Edit, Clear Outputs of All Cells) and save it again."
    return refused(
        f"{shown(path)} is too large: {size / 1e6:.1f} MB, at most {MAX_FILE // 10**6} MB.",
        cure if path.suffix.lower() == ".ipynb" else "Hand in code only; keep data out of it.",
    )


def line_of(data: bytes, at: int) -> int:
    return data.count(b"\n", 0, at) + 1


def shown(path: Path | str) -> str:
    """A path for a message: what cannot be printed is spelt out, so no name can forge a line."""
    text = str(path)
    if text.isprintable():
        return text
    return "".join(
        c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text
    )


def refused(*lines: str) -> SubmissionError:
    return SubmissionError("\n".join(lines))
