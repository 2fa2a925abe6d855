"""Submissions are found in every layout, and by a pattern in any other."""

from __future__ import annotations

from pathlib import Path

import pytest

from judge.classroom.collect import collect
from judge.errors import UserError
from tests.classroom.handing import CODE, ONE, TWO, folder, rows, students, zipped_up

# --- layouts ----------------------------------------------------------------------------------


def test_a_folder_per_student(tmp_path: Path) -> None:
    folder(tmp_path, "ada/softmax.ipynb", "ada/part 2/relu.py", "李小龙/week/Soft-Max.ipynb")
    found = collect([tmp_path], TWO)
    assert rows(found.handed) == [
        ("ada", "relu", "ada/part 2/relu.py"),
        ("ada", "softmax", "ada/softmax.ipynb"),
        ("李小龙", "softmax", "李小龙/week/Soft-Max.ipynb"),
    ]
    assert found.kind == "class"
    assert (found.refusals, found.notes) == ((), ())
    assert {one.when for one in found.handed} == {"2023-11-14T22:13:20.000+00:00"}


def test_a_file_per_student(tmp_path: Path) -> None:
    folder(tmp_path, "ada_softmax.ipynb", "softmax-bob.py", "eve relu.ipynb", "relu_ada.py")
    assert rows(collect([tmp_path], TWO).handed) == [
        ("ada", "relu", "relu_ada.py"),
        ("ada", "softmax", "ada_softmax.ipynb"),
        ("bob", "softmax", "softmax-bob.py"),
        ("eve", "relu", "eve relu.ipynb"),
    ]


def test_names_of_files_are_names_of_students(tmp_path: Path) -> None:
    folder(tmp_path, "adam_smith.ipynb", "smith.ipynb", "eve.py")
    assert students(collect([tmp_path], ("adam",))) == ["adam_smith", "eve", "smith"]


def test_moodle_in_both_forms(tmp_path: Path) -> None:
    folder(
        tmp_path,
        "Ada Lovelace_101_assignsubmission_file_/softmax.ipynb",
        "Bob Müller_102_assignsubmission_file_softmax.ipynb",
        "Eve_103_assignsubmission_onlinetext_/onlinetext.html",
    )
    found = collect([tmp_path], ONE)
    assert students(found) == ["Ada Lovelace", "Bob Müller"]
    (refused,) = found.refusals
    assert (refused.student, refused.challenge) == ("Eve", "softmax")
    assert "only Eve_103_assignsubmission_onlinetext_/onlinetext.html" in refused.reason


def test_people_of_one_name_stay_two(tmp_path: Path) -> None:
    for number in (101, 102):
        folder(tmp_path, f"Anna Schmidt_{number}_assignsubmission_file_/softmax.ipynb")
    folder(tmp_path, "Bob_103_assignsubmission_file_/softmax.ipynb")
    assert students(collect([tmp_path], ONE)) == ["Anna Schmidt (101)", "Anna Schmidt (102)", "Bob"]


def test_numbers_of_other_assignments_part_nobody(tmp_path: Path) -> None:
    folder(tmp_path, "Ada_101_assignsubmission_file_/softmax.ipynb")
    folder(tmp_path, "Ada_202_assignsubmission_file_/relu.ipynb")
    assert students(collect([tmp_path], TWO)) == ["Ada", "Ada"]


def test_nbgrader_with_and_without_its_folder(tmp_path: Path) -> None:
    folder(tmp_path / "a", "submitted/ada/ps1/softmax.ipynb", "submitted/bob/ps1/softmax.ipynb")
    folder(tmp_path / "b", "ada/softmax/problem.ipynb", "bob/softmax/problem.ipynb")
    folder(tmp_path / "b", "ada/softmax/timestamp.txt", data=b"2015-02-02 15:58:23.948203 UTC\n")
    first, second = collect([tmp_path / "a"], ONE), collect([tmp_path / "b"], ONE)
    for found in (first, second):
        assert (found.kind, students(found), found.notes) == ("class", ["ada", "bob"], ())
    assert first.handed[0].source == "submitted/ada/ps1/softmax.ipynb"
    assert second.handed[0].when == "2015-02-02T15:58:23.948+00:00"
    assert second.handed[1].when == "2023-11-14T22:13:20.000+00:00"


@pytest.mark.parametrize("text", [b"yesterday", b"", b"\xff\xfe", b"2015-13-40 99:99"])
def test_a_timestamp_that_is_none(tmp_path: Path, text: bytes) -> None:
    folder(tmp_path, "ada/ps1/softmax.ipynb")
    folder(tmp_path, "ada/ps1/timestamp.txt", data=text)
    assert collect([tmp_path], ONE).handed[0].when == "2023-11-14T22:13:20.000+00:00"


def test_samples_of_models(tmp_path: Path) -> None:
    folder(tmp_path, "gpt/softmax/0.md", "gpt/softmax/1.py", "gpt/softmax/1.ipynb")
    folder(tmp_path, "llama 3/softmax/0.md", "gpt/linear/0.md", "README.md", "results.py")
    found = collect([tmp_path], TWO)
    assert found.kind == "samples"
    assert [(one.student, one.challenge, one.sample) for one in found.handed] == [
        ("gpt", "softmax", "0"),
        ("gpt", "softmax", "1.ipynb"),
        ("gpt", "softmax", "1.py"),
        ("llama 3", "softmax", "0"),
    ]
    assert found.notes == (
        "1 file outside of MODEL/CHALLENGE/SAMPLE: results.py.",
        "1 file in folders of no challenge asked for: linear 1.",
        "1 other file passed over: .md 1.",
    )


def test_one_lone_file(tmp_path: Path) -> None:
    folder(tmp_path, "ada.ipynb", "softmax.py")
    found = collect([tmp_path / "ada.ipynb", tmp_path / "softmax.py"], ONE)
    assert rows(found.handed) == [
        ("ada", "softmax", "ada.ipynb"),
        ("softmax", "softmax", "softmax.py"),
    ]


def test_the_folder_of_one_student(tmp_path: Path) -> None:
    found = collect([folder(tmp_path / "ada", "softmax.ipynb")], ONE)
    assert rows(found.handed) == [("ada", "softmax", "softmax.ipynb")]


def test_folders_of_students_given_one_by_one(tmp_path: Path) -> None:
    folder(tmp_path, "ada/work.ipynb", "bob/work.ipynb", "eve/final.ipynb")
    found = collect(sorted(tmp_path.iterdir()), ONE)
    assert students(found) == ["ada", "bob", "eve"]


def test_folders_of_groups(tmp_path: Path) -> None:
    folder(tmp_path, "g1/ada/softmax.ipynb", "g1/bob/softmax.ipynb", "g2/ada/softmax.ipynb")
    found = collect([tmp_path / "g1", tmp_path / "g2", tmp_path / "g1"], ONE)
    assert rows(found.handed) == [
        ("ada", "softmax", "ada/softmax.ipynb"),
        ("ada", "softmax", "g2/ada/softmax.ipynb"),
        ("bob", "softmax", "bob/softmax.ipynb"),
    ]


# --- a pattern --------------------------------------------------------------------------------


def test_a_pattern_with_every_group(tmp_path: Path) -> None:
    folder(tmp_path, "2024-01-31-10-11-12/Soft Max/ada-3.py", "x/relu/bob-1.py", "stray/file.py")
    pattern = r"(?P<timestamp>[\d-]+|x)/(?P<challenge>[\w ]+)/(?P<student>\w+)-(?P<sample>\d+)\.py"
    found = collect([tmp_path], ONE, pattern)
    (one,) = found.handed
    assert (one.student, one.challenge, one.sample) == ("ada", "softmax", "3")
    assert one.when == "2024-01-31T10:11:12.000+00:00"
    assert found.kind == "samples"
    assert found.notes == (
        "1 file not matched by the pattern: stray/file.py.",
        "1 file in folders of no challenge asked for: relu 1.",
    )


def test_a_pattern_sees_the_path_below_an_archive(tmp_path: Path) -> None:
    path = tmp_path / "class.zip"
    path.write_bytes(zipped_up(("s/ada/a.py", CODE), ("s/b.zip", zipped_up(("softmax.py", CODE)))))
    found = collect([path], ONE, r"s/(?P<student>\w+)(?:\.zip)?/.*")
    assert students(found) == ["ada", "b"]


@pytest.mark.parametrize(
    ("pattern", "said"),
    [
        ("(?P<student>[a-z)", "    (?P<student>[a-z)\n                ^"),
        ("(?P<name>.*)", "has the group 'name'"),
        (".*", "has no group 'student'"),
        ("(?P<student>.*){99999999999}", "no regular expression"),
    ],
)
def test_a_pattern_that_cannot_be_used(tmp_path: Path, pattern: str, said: str) -> None:
    with pytest.raises(UserError) as caught:
        collect([folder(tmp_path, "a.py")], ONE, pattern)
    assert said in str(caught.value)
    assert "For example: --pattern" in str(caught.value)


def test_a_pattern_that_takes_too_long(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("judge.classroom.ownership._PATTERN_SECONDS", -1.0)
    with pytest.raises(UserError, match="takes too long"):
        collect([folder(tmp_path, "a.py")], ONE, r"(?P<student>.*)\.py")
