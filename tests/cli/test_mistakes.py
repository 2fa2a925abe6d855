"""Mistakes that people make with commands: each is told, and nothing of theirs is harmed."""

from __future__ import annotations

import errno
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from judge.classroom.store import FILE, Store
from tests.cli.place import RIGHT, WRONG, Place, assert_told

# --- names ------------------------------------------------------------------------------------


@pytest.mark.parametrize("file", ["mine.ipynb", "./centring.py", "../mine/reply.md", "hw/x"])
@pytest.mark.parametrize("command", ["check", "watch", "reset"])
def test_a_file_where_the_challenge_belongs(place: Place, command: str, file: str) -> None:
    assert_told(
        place.judge(command, file),
        f"{file} is the name of a file, not of a challenge.",
        f"judge {command} ID {file}",
    )


def test_capital_letters_in_a_name(place: Place) -> None:
    assert_told(place.judge("check", "Centring"), "Did you mean centring?")


# --- options ----------------------------------------------------------------------------------


def test_options_that_contradict_each_other(place: Place) -> None:
    place.write("centring.py", RIGHT)
    asked = ("check", "centring", "--debug", "--require-isolation", "full")
    assert_told(place.judge(*asked), "--debug and --require-isolation do not go together.")


def test_progress_and_a_file_are_two_things(place: Place) -> None:
    mine = place.write("centring.py", WRONG)
    ran = place.judge("reset", "centring", "centring.py", "--progress")
    assert_told(ran, "--progress touches no file", "two commands")
    assert mine.read_text() == WRONG


@pytest.mark.parametrize("ids", ["", ",", " , "])
def test_no_challenge_to_grade(place: Place, ids: str) -> None:
    place.write("centring.py", RIGHT)
    ran = place.judge("grade", "centring.py", "-c", ids, "-o", "out")
    assert_told(ran, "-c names no challenge.", "-c flash_attention")
    assert not (place.work / "out").exists()


@pytest.mark.parametrize("address", ["local:0", "local:", "local:many", "local"])
def test_a_number_of_workers_that_is_none(place: Place, address: str) -> None:
    place.write("centring.py", RIGHT)
    asked = ("grade", "centring.py", "-c", "centring", "-o", "out", "--cluster", address)
    assert_told(place.judge(*asked), f"--cluster {address}: ", "local:4")


# --- what is there stays ----------------------------------------------------------------------


@pytest.mark.parametrize("name", ["work.ipynb", "work.PY"])
@pytest.mark.parametrize(
    "command",
    [
        ["check", "centring", "centring.py", "--junit"],
        ["export", "out", "--to", "csv", "--output"],
        ["gradescope", "centring", "-o"],
    ],
)
def test_nobodys_work_is_written_over(place: Place, command: list[str], name: str) -> None:
    place.write("centring.py", WRONG)
    mine = place.write(name, "the work of a week")
    Store(place.work / "out", create=True).close()
    option = command[-1]
    assert_told(place.judge(*command, name), f"{name} is there already", f"Give {option} another")
    assert mine.read_text() == "the work of a week"


# --- results ----------------------------------------------------------------------------------


def test_a_file_for_a_folder_of_results(place: Place) -> None:
    Store(place.work / "out", create=True).close()
    ran = place.judge("report", f"out/{FILE}")
    assert_told(ran, f"out/{FILE} is a file.", "Name the folder that it lies in: out")
    place.write("centring.py", RIGHT)
    assert_told(place.judge("export", "centring.py", "--to", "csv"), "centring.py is a file.")


def test_a_database_without_results(place: Place) -> None:
    (place.work / "out").mkdir()
    (place.work / "out" / FILE).write_bytes(b"")
    ran = place.judge("report", "out")
    assert_told(ran, f"out/{FILE} is damaged or is no database of results")
    assert "safe" not in ran.err


def test_similar_before_the_folder(place: Place) -> None:
    assert_told(place.judge("report", "--similar", "out"), "There are no results in out")
    assert_told(place.judge("report", "out", "--similar", "much"), "--similar much", "from 0 to 1")
    for share in ("0", "2", "nan"):
        assert_told(place.judge("report", "out", "--similar", share), f"--similar {share}")


# --- folders ----------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [errno.EACCES, errno.EROFS])
def test_what_may_not_be_written_is_no_fault_of_ours(
    place: Place, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    def refused(*_: object, **__: object) -> None:
        raise OSError(number, os.strerror(number), str(place.work / "mine"))

    monkeypatch.setattr(Path, "mkdir", refused)
    ran = place.judge("new", "mine", ".")
    assert_told(ran, f"mine cannot be used: {os.strerror(number)}.", "another folder")


def test_a_full_quota_is_a_full_disk(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    def full() -> None:
        raise OSError(errno.EDQUOT, os.strerror(errno.EDQUOT))

    monkeypatch.setattr("judge.__main__._forget_output", lambda: None)
    monkeypatch.setattr("judge.doctor.examine", full)
    assert_told(place.judge("doctor"), "The disk is full", "Make room")


def test_a_folder_that_is_gone(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    here = place.work / "gone"
    here.mkdir()
    monkeypatch.chdir(here)
    here.rmdir()
    for command in (["list"], ["check", "centring"], ["start", "centring"]):
        assert_told(place.judge(*command), "does not exist any more", "cd")


def test_commands_that_are_offered_can_be_typed(place: Place) -> None:
    ran = place.judge("start", "centring", "my work", "--py")
    assert "    judge check centring 'my work/centring.py'\n" in ran.out
    assert "\n\n" not in place.judge("start", "centring", "two\n\nlines").out
    ran = place.judge("grade", "my work", "-c", "centring", "-o", "my results")
    assert ran.out.endswith("Look at them: judge report 'my results'\n")


def test_the_course_in_place_of_its_challenges(place: Place, course: Path) -> None:
    ran = place.judge("list", "--challenges", str(course))
    assert_told(ran, f"{course} holds no challenges itself.", f"{course / 'challenges'}")


def test_what_is_refused_is_told_with_its_reason(place: Place) -> None:
    for number in range(11):
        place.write(f"student_{number:02}.zip", "not a zip archive")
    ran = place.judge("grade", ".", "-c", "centring", "-o", "../out")
    assert "refused: student_00.zip: It is no zip archive" in ran.err
    assert "student_10.zip" not in ran.err
    assert ran.err.endswith("refused: 1 more\n")


def test_one_is_one(place: Place) -> None:
    place.write("centring.py", RIGHT)
    ran = place.judge("grade", "centring.py", "-c", "centring", "-o", "out")
    assert "1 submission of 1 student; isolation" in ran.err


# --- screens and streams ----------------------------------------------------------------------


def test_nothing_is_cut_on_a_narrow_screen(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    place.write("centring.py", RIGHT)
    monkeypatch.setattr("judge.report.console._PIPED", 30)
    out = place.judge("check", "centring").out
    assert re.search(r" (\d+) of \1 points?$", out.splitlines()[0])
    assert "--seed" in out


@pytest.mark.parametrize(
    ("closed", "arguments", "code"),
    [
        ((1,), ["check", "centring"], 0),
        ((2,), ["check", "nothing"], 2),
        ((0, 1, 2), ["list"], 0),
    ],
)
def test_closed_streams_change_no_exit_code(
    place: Place, closed: tuple[int, ...], arguments: list[str], code: int
) -> None:
    place.write("centring.py", RIGHT)
    assert _with_closed(place.work, closed, arguments) == (code, "")


def _with_closed(work: Path, closed: tuple[int, ...], arguments: list[str]) -> tuple[int, str]:
    """The exit code, and whatever looks like a failure of ours."""
    shut = " ".join(f"{number}>&-" for number in closed)
    ran = subprocess.run(
        ["/bin/sh", "-c", f'exec "$@" {shut}', "sh", sys.executable, "-m", "judge", *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        cwd=work,
        env=dict(os.environ),
    )
    return ran.returncode, "".join(re.findall(r"Traceback|Exception", ran.stdout + ran.stderr))
