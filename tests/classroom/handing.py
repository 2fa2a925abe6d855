"""Folders and archives as classes hand them in, and what was found in them."""

from __future__ import annotations

import io
import os
import warnings
import zipfile
from collections.abc import Iterable
from pathlib import Path

from judge.classroom.records import Collection, Handed

ONE = ("softmax",)
TWO = ("softmax", "relu")
CODE = b"x = 1\n"


def folder(place: Path, *paths: str, data: bytes = CODE) -> Path:
    """A folder with these files; all are of one moment, so that nothing depends on the clock."""
    for path in paths:
        file = place / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
        os.utime(file, (1_700_000_000, 1_700_000_000))
    return place


def rows(handed: Iterable[Handed]) -> list[tuple[str, str, str]]:
    return [(one.student, one.challenge, one.source) for one in handed]


def students(found: Collection) -> list[str]:
    return [one.student for one in found.handed]


def reasons(found: Collection) -> dict[str, str]:
    return {one.source: one.reason for one in found.refusals}


def zipped_up(*members: tuple[str | zipfile.ZipInfo, bytes], method: int = 8) -> bytes:
    buffer = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of names that are there twice
        with zipfile.ZipFile(buffer, "w", method) as archive:
            for name, data in members:
                archive.writestr(name, data)
    return buffer.getvalue()
