"""A wheel of the judge that runs here, made of its own files: no build tool and no network.

It works from a checkout and from an installed package alike. The bundled challenges and their
solutions stay out of it.
"""

from __future__ import annotations

import base64
import hashlib
import io
import zipfile
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

from judge.errors import UserError

_NAME = "flashjudge"
_LEFT_OUT = {"__pycache__", "_bundled"}
_TAG = "Wheel-Version: 1.0\nGenerator: judge\nRoot-Is-Purelib: true\nTag: py3-none-any\n"


def wheel() -> tuple[str, bytes]:
    """Its file name and its bytes: the same for the same files. Raises UserError."""
    try:
        installed = metadata.distribution(_NAME)
    except metadata.PackageNotFoundError:
        raise UserError(
            f"{_NAME} is not installed here, so nobody knows what it depends on.\n"
            "Install it: pip install -e ."
        ) from None
    info = f"{_NAME}-{installed.version}.dist-info"
    files = dict(_package())
    for name in ("METADATA", "entry_points.txt"):
        files[f"{info}/{name}"] = (installed.read_text(name) or "").encode()
    files[f"{info}/WHEEL"] = _TAG.encode()
    files[f"{info}/RECORD"] = _record(files, f"{info}/RECORD")
    return f"{_NAME}-{installed.version}-py3-none-any.whl", zipped(files)


def zipped(files: dict[str, bytes], executable: frozenset[str] = frozenset()) -> bytes:
    """An archive that depends on its contents alone, not on the time of day."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            entry = zipfile.ZipInfo(name)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = (0o755 if name in executable else 0o644) << 16
            archive.writestr(entry, data)
    return stream.getvalue()


def _package() -> Iterator[tuple[str, bytes]]:
    folder = Path(__file__).resolve().parents[1]
    for path in sorted(folder.rglob("*")):
        parts = path.relative_to(folder.parent).parts
        if path.is_file() and not _LEFT_OUT & {*parts}:
            yield "/".join(parts), path.read_bytes()


def _record(files: dict[str, bytes], own: str) -> bytes:
    lines = [f"{name},sha256={_digest(data)},{len(data)}" for name, data in files.items()]
    return "\n".join([*lines, f"{own},,", ""]).encode()


def _digest(data: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
