"""What cannot be a submission is refused with a reason, and the rest goes on."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from judge.classroom import collect as collecting
from judge.classroom import found_files
from judge.classroom.collect import collect, read
from judge.errors import SubmissionError, UserError
from judge.submission import Cell
from tests.classroom.handing import CODE, ONE, TWO, folder, reasons, rows, students, zipped_up

# --- archives ---------------------------------------------------------------------------------


def test_an_archive_of_a_class(tmp_path: Path) -> None:
    inner = zipped_up(("mine/softmax.py", CODE))
    path = tmp_path / "class.zip"
    path.write_bytes(
        zipped_up(
            ("ada/softmax.py", CODE),
            ("__MACOSX/ada/._softmax.py", CODE),
            ("Bob_2_assignsubmission_file_/homework.zip", inner),
            ("../eve.py", CODE),
            ("carl/data.csv", CODE),
        )
    )
    found = collect([path], ONE)
    assert rows(found.handed) == [
        ("Bob", "softmax", "class.zip/Bob_2_assignsubmission_file_/homework.zip/mine/softmax.py"),
        ("ada", "softmax", "class.zip/ada/softmax.py"),
    ]
    assert [read(one).cells for one in found.handed] == [(Cell("", "x = 1\n"),)] * 2
    assert "leads out" in reasons(found)["class.zip/../eve.py"]
    assert "only class.zip/carl/data.csv" in reasons(found)["class.zip/carl/data.csv"]
    assert found.notes == ("2 other files passed over: .csv 1, __MACOSX 1.",)


def test_an_archive_with_a_folder_around_all(tmp_path: Path) -> None:
    path = tmp_path / "week3.zip"
    path.write_bytes(zipped_up(("week3/ada/softmax.py", CODE), ("week3/bob/softmax.py", CODE)))
    assert students(collect([path], ONE)) == ["ada", "bob"]


def test_an_archive_of_a_student(tmp_path: Path) -> None:
    folder(tmp_path, "ada.zip", data=zipped_up(("softmax.py", CODE)))
    folder(
        tmp_path, "bob/work.zip", data=zipped_up(("softmax.py", CODE), ("more.zip", zipped_up()))
    )
    found = collect([tmp_path], ONE)
    assert students(found) == ["ada", "bob"]
    assert found.refusals == ()


def test_archives_three_deep(tmp_path: Path) -> None:
    deep = zipped_up(("b.zip", zipped_up(("c.zip", zipped_up(("softmax.py", CODE))))))
    (source,) = reasons(collect([folder(tmp_path, "ada/a.zip", data=deep)], ONE))
    assert source == "ada/a.zip/b.zip/c.zip"


def test_archives_that_are_none_and_of_other_kinds(tmp_path: Path) -> None:
    folder(tmp_path, "ada/work.zip", "bob/work.rar", "eve/softmax.py")
    found = collect([tmp_path], ONE)
    assert students(found) == ["eve"]
    assert [(one.student, one.challenge) for one in found.refusals] == [
        ("ada", "softmax"),
        ("bob", "softmax"),
    ]
    assert "no zip archive" in reasons(found)["ada/work.zip"]
    assert "not read" in reasons(found)["bob/work.rar"]


def test_an_archive_that_cannot_be_read_is_refused_to_the_student_it_is_named_for(
    tmp_path: Path,
) -> None:
    found = collect([folder(tmp_path, "bob.zip", "eve.rar", "zoe.tar.gz", "ada.py")], ONE)
    assert [one.student for one in found.refusals] == ["bob", "eve", "zoe.tar"]


def test_an_archive_of_thousands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(found_files, "_MOST_MEMBERS", 3)
    many = zipped_up(*[(f"{n}.py", CODE) for n in range(4)])
    folder(tmp_path, "ada/work.zip", data=many)
    folder(tmp_path, "bob/softmax.py")
    found = collect([tmp_path], ONE)
    assert students(found) == ["bob"]
    assert "It has 4 files" in reasons(found)["ada/work.zip"]
    path = tmp_path / "class.zip"
    path.write_bytes(many)
    assert len(collect([path], ONE).handed) == 4  # a class may be large


# --- what is refused --------------------------------------------------------------------------


def test_links_are_told_and_never_followed(tmp_path: Path) -> None:
    secret = folder(tmp_path / "elsewhere", "secret.py", "more/softmax.py")
    place = folder(tmp_path / "class", "ada/softmax.py")
    (place / "bob").mkdir()
    (place / "bob" / "softmax.py").symlink_to(secret / "secret.py")
    (place / "eve").symlink_to(secret)
    (place / "loop").mkdir()
    (place / "loop" / "again").symlink_to(place)
    os.mkfifo(place / "bob" / "pipe.py")
    found = collect([place], ONE)
    assert students(found) == ["ada"]
    assert set(reasons(found)) == {"bob/softmax.py", "eve", "loop/again", "bob/pipe.py"}
    assert "pipe" in reasons(found)["bob/pipe.py"]
    assert reasons(found)["eve"].startswith("It is a link")
    assert [one.student for one in found.refusals] == ["bob", "bob", "eve", "loop"]


def test_a_file_that_becomes_a_link_is_not_read(tmp_path: Path) -> None:
    found = collect([folder(tmp_path, "ada/softmax.py")], ONE)
    (tmp_path / "ada/softmax.py").unlink()
    (tmp_path / "ada/softmax.py").symlink_to("/etc/passwd")
    with pytest.raises(SubmissionError) as caught:
        read(found.handed[0])
    assert str(caught.value).startswith("ada/softmax.py is a link.")


def test_a_folder_that_may_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder(tmp_path, "ada/softmax.py", "bob/softmax.py")
    scan = os.scandir

    def denied(path: Path) -> object:
        if Path(path).name == "ada":
            raise PermissionError(13, "Permission denied")
        return scan(path)

    monkeypatch.setattr(os, "scandir", denied)  # chmod would not stop root
    found = collect([tmp_path], ONE)
    assert students(found) == ["bob"]
    assert "Permission denied" in reasons(found)["ada"]


def test_too_deep_and_too_long(tmp_path: Path) -> None:
    folder(tmp_path, "ada/" + "d/" * 40 + "softmax.py")
    folder(tmp_path, "bob/" + "/".join(["e" * 200] * 5) + "/softmax.py")
    found = collect([tmp_path], ONE)
    assert found.handed == ()
    deep, long = (one.reason for one in found.refusals)
    assert "folders deep" in deep
    assert "longer than 1000" in long


def test_more_files_than_any_class_has(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(found_files, "MAX_FILES", 3)
    with pytest.raises(UserError, match="more than 3 files"):
        collect([folder(tmp_path, "a.py", "b.py", "c.csv", "d.csv")], ONE)


def test_a_student_who_hands_in_hundreds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(collecting, "MOST_FILES", 2)
    found = collect(
        [folder(tmp_path, "ada/a.ipynb", "ada/b.ipynb", "ada/c.ipynb", "eve/d.py")], ONE
    )
    assert [one.source for one in found.handed] == ["ada/b.ipynb", "ada/c.ipynb", "eve/d.py"]
    assert "One of 3 files" in reasons(found)["ada/a.ipynb"]


def test_a_file_for_no_challenge(tmp_path: Path) -> None:
    folder(tmp_path, "ada/homework.ipynb", "bob/homework/relu.ipynb", "bob/util.py", "bob/talk.md")
    found = collect([tmp_path], TWO)
    assert rows(found.handed) == [("bob", "relu", "bob/homework/relu.ipynb")]
    (refused,) = found.refusals
    assert refused.source == "ada/homework.ipynb"
    assert "names one of softmax, relu" in refused.reason
    assert found.notes == (
        "1 file beside one that names the challenge, passed over: bob/util.py.",
        "1 other file passed over: .md 1.",
    )


def test_what_lies_beside_a_submission(tmp_path: Path) -> None:
    folder(tmp_path, "ada/softmax.ipynb", "ada/zz_helpers.py", "ada/notes.md", "ada/attempt.ipynb")
    folder(tmp_path, "bob/answer.md", "eve/helpers.py", "eve/README.md")
    found = collect([tmp_path], ONE)
    assert [one.source for one in found.handed] == [
        "ada/attempt.ipynb",
        "ada/softmax.ipynb",
        "bob/answer.md",
        "eve/helpers.py",
    ]
    assert found.notes == (
        "1 file beside one that names the challenge, passed over: ada/zz_helpers.py.",
        "1 student has several files for a challenge, the last one counts: ada.",
        "2 other files passed over: .md 2.",
    )


def test_other_files_are_counted(tmp_path: Path) -> None:
    folder(tmp_path, "ada/softmax.py", "ada/.softmax.py.swp", "ada/__pycache__/softmax.pyc")
    folder(tmp_path, "ada/.ipynb_checkpoints/softmax-checkpoint.ipynb", "ada/plot.png", "Makefile")
    folder(tmp_path, "grades.csv", "old.csv", "ada/.DS_Store")
    found = collect([tmp_path], ONE)
    assert rows(found.handed) == [("ada", "softmax", "ada/softmax.py")]
    (note,) = found.notes
    assert note.startswith("8 other files passed over: .csv 2, ")
    assert "without an ending 1" in note
    assert found.refusals == ()


def test_results_of_an_earlier_run_are_nobodys(tmp_path: Path) -> None:
    folder(tmp_path, "ada/softmax.py", "out/results.db", "out/site/ada.md", "bob/results.db")
    folder(tmp_path, "bob/softmax.py")
    found = collect([tmp_path], ONE)
    assert students(found) == ["ada", "bob"]
    assert found.refusals == ()
    assert found.notes == ("2 other files passed over: .db 1, results of judge 1.",)


def test_nobody_is_lost(tmp_path: Path) -> None:
    folder(tmp_path, "ada/report.pdf", "ada/data.csv", "bob/softmax.py", "bob/relu.pdf")
    found = collect([tmp_path], TWO)
    assert [(one.student, one.challenge) for one in found.refusals] == [
        ("ada", ""),
        ("bob", "relu"),
    ]
    assert "only ada/data.csv, ada/report.pdf" in found.refusals[0].reason


def test_places_that_cannot_be_collected(tmp_path: Path) -> None:
    folder(tmp_path, "a.tar.gz")
    with pytest.raises(UserError, match="There is no"):
        collect([tmp_path / "nowhere"], ONE)
    with pytest.raises(UserError, match="no zip archive"):
        collect([tmp_path / "a.tar.gz"], ONE)
