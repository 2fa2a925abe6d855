"""Archives that lie: each odd member is refused with a reason, and the others are read."""

from __future__ import annotations

import contextlib
import io
import stat
import struct
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from judge import intake
from judge.classroom import zip_directory
from judge.classroom.archives import (
    Member,
    _inflated,
    members_of,
    nested_members_of,
    read_member,
)
from judge.classroom.zip_directory import ArchiveError
from judge.errors import SubmissionError
from tests.classroom.handing import zipped_up

GOOD = ("ada/softmax.py", b"x = 1\n")
# Where fields stand in an entry of the directory, and in the header before a member's bytes.
FLAGS, METHOD, CRC, PACKED, SIZE, MODE, OFFSET = 8, 10, 16, 20, 24, 40, 42


def saved(folder: Path, data: bytes, name: str = "class.zip") -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


def entry_of(data: bytes, name: str) -> int:
    """Where the entry of a member begins in the directory."""
    return data.rindex(name.encode()) - 46


def patched(data: bytes, name: str, field: int, form: str, value: int) -> bytes:
    changed = bytearray(data)
    struct.pack_into(form, changed, entry_of(data, name) + field, value)
    return bytes(changed)


def by_name(path: Path) -> dict[str, Member]:
    return {member.name: member for member in members_of(path)}


def problems(folder: Path, data: bytes) -> dict[str, str]:
    path = saved(folder, data)
    found = by_name(path)
    for name, member in found.items():
        if member.problem and member.sound:
            with pytest.raises(SubmissionError, match="cannot be read"):
                read_member(path, name)
    return {name: member.problem for name, member in found.items() if member.problem}


# --- what is read -----------------------------------------------------------------------------


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_members_are_read_as_they_are(tmp_path: Path, method: int) -> None:
    data = bytes(range(256)) * 1000
    path = saved(tmp_path, zipped_up(GOOD, ("bob/", b""), ("bob/ä b.py", data), method=method))
    assert list(by_name(path)) == ["ada/softmax.py", "bob/ä b.py"]
    assert read_member(path, "ada/softmax.py") == b"x = 1\n"
    assert read_member(path, "bob/ä b.py") == data


def test_an_archive_of_nothing(tmp_path: Path) -> None:
    assert members_of(saved(tmp_path, zipped_up())) == ()


def test_the_date_of_a_member(tmp_path: Path) -> None:
    info = zipfile.ZipInfo("a.py", (2024, 2, 29, 12, 30, 14))
    exact = zipfile.ZipInfo("b.py", (2024, 2, 29, 12, 30, 14))
    exact.extra = struct.pack("<HHBl", 0x5455, 5, 1, 1_700_000_001)
    found = by_name(saved(tmp_path, zipped_up((info, b"x"), (exact, b"x"))))
    assert found["a.py"].entry.when == "2024-02-29T12:30:14.000+00:00"
    assert found["b.py"].entry.when == "2023-11-14T22:13:21.000+00:00"


def test_a_date_that_is_none(tmp_path: Path) -> None:
    data = patched(zipped_up(GOOD), GOOD[0], 14, "<H", 0)
    assert by_name(saved(tmp_path, data))[GOOD[0]].entry.when is None


def test_names_in_utf_8_that_do_not_say_so(tmp_path: Path) -> None:
    data = zipped_up(("mü.py", b"x"), ("old.py", b"x"))
    data = patched(data, "mü.py", FLAGS, "<H", 0).replace(b"old.py", b"\x81ld.py")
    assert list(by_name(saved(tmp_path, data))) == ["mü.py", "üld.py"]


def test_backslashes_part_folders(tmp_path: Path) -> None:
    path = saved(tmp_path, zipped_up(("ada\\softmax.py", b"x = 1")))
    assert read_member(path, "ada/softmax.py") == b"x = 1"


def test_an_archive_inside_an_archive(tmp_path: Path) -> None:
    inner = zipped_up(("mine/softmax.py", b"y = 2"))
    path = saved(tmp_path, zipped_up(GOOD, ("ada.zip", inner)))
    (member,) = nested_members_of(path, by_name(path)["ada.zip"])
    assert member.name == "mine/softmax.py"
    assert read_member(path, "ada.zip//mine/softmax.py") == b"y = 2"


def test_a_changed_archive_is_read_anew(tmp_path: Path) -> None:
    path = saved(tmp_path, zipped_up(GOOD))
    assert read_member(path, GOOD[0]) == GOOD[1]
    saved(tmp_path, zipped_up(("other.py", b"longer = 1\n")))
    assert read_member(path, "other.py") == b"longer = 1\n"
    with pytest.raises(SubmissionError, match="no such file in it any more"):
        read_member(path, GOOD[0])


def test_large_archives_have_their_numbers_elsewhere(tmp_path: Path) -> None:
    info = zipfile.ZipInfo("a.py")
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive, archive.open(info, "w", force_zip64=True) as file:
        file.write(b"x = 1")
    data = buffer.getvalue()
    # The end of the directory of an archive above 4 GB, and the pointer to it.
    at = data.rindex(b"PK\x05\x06")
    start, size = data.index(b"PK\x01\x02"), at - data.index(b"PK\x01\x02")
    large = struct.pack("<4sQ2H2L4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, 1, 1, size, start)
    pointer = struct.pack("<4sLQL", b"PK\x06\x07", 0, at, 1)
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 0xFFFF, 0xFFFF, 2**32 - 1, 2**32 - 1, 0)
    path = saved(tmp_path, data[:at] + large + pointer + end)
    assert read_member(path, "a.py") == b"x = 1"


# --- names ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("/etc/passwd.py", "root of a disk"),
        ("\\\\server\\a.py", "root of a disk"),
        ("C:\\a.py", "root of a disk"),
        ("../a.py", "leads out"),
        ("ada/../../a.py", "leads out"),
        ("ada\\..\\..\\a.py", "leads out"),
        ("ada//a.py", "no path"),
        ("./a.py", "no path"),
        ("a\x1b[31m.py", "cannot be shown"),
        ("a\n.py", "cannot be shown"),
        ("a\u202eyp.x.py", "cannot be shown"),
        ("a" * 1001, "longer than 1000"),
    ],
)
def test_names_that_are_none(tmp_path: Path, name: str, said: str) -> None:
    path = saved(tmp_path, zipped_up((name, b"x"), GOOD))
    odd, good = members_of(path)
    assert said in odd.problem
    assert not odd.sound
    assert odd.name.isprintable()
    assert not good.problem
    assert read_member(path, GOOD[0]) == GOOD[1]


def test_a_name_that_is_there_twice(tmp_path: Path) -> None:
    data = zipped_up(
        ("a.py", b"x = 1"), ("a.py", b"x = 2"), ("b\\c.py", b"x"), ("b/c.py", b"x"), GOOD
    )
    found = problems(tmp_path, data)
    assert set(found) == {"a.py", "b/c.py"}
    assert all("twice" in reason for reason in found.values())


# --- members ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mode", "said"),
    [(stat.S_IFLNK, "is a link"), (stat.S_IFIFO, "plain file"), (stat.S_IFCHR, "plain file")],
)
def test_links_and_devices(tmp_path: Path, mode: int, said: str) -> None:
    info = zipfile.ZipInfo("link.py")
    info.external_attr = (mode | 0o777) << 16
    assert said in problems(tmp_path, zipped_up((info, b"/etc/passwd"), GOOD))["link.py"]


def test_encrypted_members(tmp_path: Path) -> None:
    data = patched(zipped_up(GOOD), GOOD[0], FLAGS, "<H", 1)
    assert problems(tmp_path, data) == {GOOD[0]: "It is encrypted."}


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_unusual_packing(tmp_path: Path, method: int) -> None:
    assert "usual zip" in problems(tmp_path, zipped_up(GOOD, method=method))[GOOD[0]]


def test_a_member_too_large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake, "MAX_FILE", 1000)
    found = problems(tmp_path, zipped_up(("bomb.py", b"#" * 1001), GOOD))
    assert list(found) == ["bomb.py"]
    assert "too large" in found["bomb.py"]


def test_a_member_larger_than_it_says(tmp_path: Path) -> None:
    data = zipped_up(("bomb.py", b"#" * 10_000_000), GOOD)
    path = saved(tmp_path, patched(data, "bomb.py", SIZE, "<L", 10))
    with pytest.raises(SubmissionError, match="not have the 10 bytes"):
        read_member(path, "bomb.py")
    assert read_member(path, GOOD[0]) == GOOD[1]


def test_unpacking_stops_at_the_declared_size() -> None:
    packed = zipped_up(("bomb.py", b"#" * 5_000_000))[37:]
    assert len(_inflated(packed, 1000)) == 1001


def test_a_member_smaller_than_it_says(tmp_path: Path) -> None:
    path = saved(tmp_path, patched(zipped_up(GOOD), GOOD[0], SIZE, "<L", 1000))
    with pytest.raises(SubmissionError, match="not have the 1000 bytes"):
        read_member(path, GOOD[0])


def test_a_wrong_checksum(tmp_path: Path) -> None:
    path = saved(tmp_path, patched(zipped_up(GOOD), GOOD[0], CRC, "<L", 7))
    with pytest.raises(SubmissionError, match="checksum"):
        read_member(path, GOOD[0])


def test_bytes_that_do_not_unpack(tmp_path: Path) -> None:
    data = bytearray(zipped_up(("a.py", b"abc" * 100)))
    data[34:38] = b"\xff\xff\xff\xff"
    with pytest.raises(SubmissionError, match="damaged"):
        read_member(saved(tmp_path, bytes(data)), "a.py")


def test_members_over_one_another(tmp_path: Path) -> None:
    """As in the archives of 42 kB that unpack to petabytes."""
    data = zipped_up(("a.py", b"x" * 100), ("b.py", b"y" * 100), GOOD, method=0)
    second = data.index(b"PK\x03\x04", 4)
    moved = patched(data, "b.py", OFFSET, "<L", second - 50)
    found = problems(tmp_path, moved)
    assert set(found) == {"a.py", "b.py"}
    same = patched(data, "b.py", OFFSET, "<L", 0)
    assert set(problems(tmp_path, same)) == {"a.py", "b.py"}
    long = patched(patched(data, "a.py", PACKED, "<L", 500), "a.py", SIZE, "<L", 500)
    assert "a.py" in problems(tmp_path, long)


def test_a_header_that_reaches_into_the_next_member(tmp_path: Path) -> None:
    data = bytearray(zipped_up(("a.py", b"x" * 100), GOOD, method=0))
    struct.pack_into("<H", data, 28, 60)  # an extra field that is not there
    with pytest.raises(SubmissionError, match="another member"):
        read_member(saved(tmp_path, bytes(data)), "a.py")


def test_an_empty_member(tmp_path: Path) -> None:
    path = saved(tmp_path, zipped_up(("a.py", b" \n")))
    with pytest.raises(SubmissionError, match="is empty"):
        read_member(path, "a.py")


# --- whole archives ---------------------------------------------------------------------------


def test_something_before_or_behind_the_archive(tmp_path: Path) -> None:
    data = zipped_up(GOOD)
    for odd in (b"#!/bin/sh\n" + data, data + b"x", data + data, zipped_up() + data):
        with pytest.raises(ArchiveError, match="stands before"):
            members_of(saved(tmp_path, odd))


@pytest.mark.parametrize("data", [b"", b"PK", b"PK\x03\x04", b"Rar!\x1a\x07", b"x" * 70_000])
def test_what_is_no_archive(tmp_path: Path, data: bytes) -> None:
    with pytest.raises(ArchiveError, match="no zip archive"):
        members_of(saved(tmp_path, data))


def test_too_many_members(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = saved(tmp_path, zipped_up(*[(f"{n}.py", b"") for n in range(11)]))
    monkeypatch.setattr(zip_directory, "MAX_MEMBERS", 10)
    with pytest.raises(ArchiveError, match="11 members; at most 10"):
        members_of(path)
    monkeypatch.setattr(zip_directory, "_MAX_DIRECTORY", 100)
    monkeypatch.setattr(zip_directory, "MAX_MEMBERS", 11)
    with pytest.raises(ArchiveError, match="directory is larger"):
        members_of(path)


def test_more_members_than_the_archive_owns_up_to(tmp_path: Path) -> None:
    data = bytearray(zipped_up(GOOD, ("b.py", b"x")))
    struct.pack_into("<2H", data, len(data) - 14, 1, 1)
    with pytest.raises(ArchiveError, match="damaged"):
        members_of(saved(tmp_path, bytes(data)))


def test_an_archive_that_is_a_link(tmp_path: Path) -> None:
    (tmp_path / "link.zip").symlink_to(saved(tmp_path, zipped_up(GOOD)))
    with pytest.raises(ArchiveError):
        members_of(tmp_path / "link.zip")


@given(data=st.data())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=80)
def test_a_damaged_archive_is_refused_or_read(tmp_path: Path, data: st.DataObject) -> None:
    """Whatever a few bytes are changed to, there is a member or a reason, and never more bytes."""
    archive = bytearray(zipped_up(GOOD, ("b.py", b"y" * 300), ("c.zip", zipped_up(GOOD))))
    for _ in range(data.draw(st.integers(1, 4))):
        archive[data.draw(st.integers(0, len(archive) - 1))] = data.draw(st.integers(0, 255))
    path = saved(tmp_path, bytes(archive))
    try:
        found = members_of(path)
    except ArchiveError:
        return
    for member in found:
        with contextlib.suppress(SubmissionError):
            assert len(read_member(path, member.name)) <= 300 + len(archive)
