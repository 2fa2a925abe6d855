"""An archive beside folders of students is one student's, or a part of the class."""

from __future__ import annotations

from pathlib import Path

import pytest

from judge.classroom.collect import collect
from tests.classroom.handing import CODE, ONE, TWO, folder, reasons, rows, students, zipped_up

ADA = "ada/softmax.py"


def beside(tmp_path: Path, name: str, *members: str) -> Path:
    """A class of one folder, and an archive with these members beside it."""
    folder(tmp_path, name, data=zipped_up(*[(member, CODE) for member in members]))
    return folder(tmp_path, ADA)


@pytest.mark.parametrize(
    ("name", "members", "people"),
    [
        ("class.zip", ["bob/softmax.py", "李小龙/softmax.py"], ["bob", "李小龙"]),
        ("class 2.zip", ["class 2/bob/softmax.py", "class 2/eve/softmax.py"], ["bob", "eve"]),
        ("Students.zip", ["late ones/bob/softmax.py", "late ones/eve/a.py"], ["bob", "eve"]),
        ("export.zip", ["softmax/bob/x.ipynb", "softmax/eve/x.ipynb"], ["bob", "eve"]),
        ("softmax.zip", ["bob_softmax.py", "eve_softmax.py"], ["bob", "eve"]),
        ("submissions.zip", ["bob.ipynb", "eve.ipynb"], ["bob", "eve"]),
        ("download-2.zip", ["bob/softmax.py"], ["bob"]),
        ("more.zip", ["ada/softmax.py", "bob/work.py"], ["ada", "bob"]),
        ("more.zip", ["more/Ada/softmax.py", "more/bob/work.py"], ["Ada", "bob"]),
        (
            "CS101-HW1.zip",
            ["Bob B_2_assignsubmission_file_/a.py", "Eve_3_assignsubmission_file_/b.py"],
            ["Bob B", "Eve"],
        ),
        ("hw.zip", ["bob_12_34_a.py", "eve_LATE_13_35_b.py"], ["bob", "eve"]),
    ],
)
def test_an_archive_of_several_students(
    tmp_path: Path, name: str, members: list[str], people: list[str]
) -> None:
    found = collect([beside(tmp_path, name, *members)], ONE)
    assert {*students(found)} == {"ada", *people}
    assert found.refusals == ()
    count = f"{len(people)} students" if len(people) > 1 else "one student"
    note, *twice = found.notes
    assert note == f"{name} holds the work of {count}: {', '.join(people)}."
    assert bool(twice) == ("ada" in people)  # who is in the folder as well


@pytest.mark.parametrize(
    "members",
    [
        ["softmax.py"],
        ["work/softmax.py"],
        ["softmax/softmax.ipynb", "relu/relu.ipynb"],
        ["attempt1.ipynb", "attempt2.ipynb", "final_version.ipynb"],
        ["softmax_v1.ipynb", "softmax_v2.ipynb", "softmax_final.ipynb"],
        ["softmax.py", "src/model.py", "tests/test_model.py"],
        ["bob/softmax.py", "bob/lib/layers.py"],
        ["bob/2024/softmax.ipynb"],
        ["bob_softmax.ipynb", "eve_softmax.ipynb"],
        ["softmax.py", "alice/softmax.py", "zoe/softmax.py"],
    ],
)
def test_an_archive_of_one_student(tmp_path: Path, members: list[str]) -> None:
    found = collect([beside(tmp_path, "bob.zip", *members)], TWO[: 1 + ("relu" in str(members))])
    assert {*students(found)} == {"ada", "bob"}
    assert found.notes[0] == "bob.zip is taken for one student's."


@pytest.mark.parametrize(
    "members",
    [
        ["part 1/softmax.ipynb", "part 2/softmax.ipynb"],
        ["work/layers/a.py", "work/bob/a.py"],
    ],
)
def test_an_archive_that_may_be_either(tmp_path: Path, members: list[str]) -> None:
    found = collect([beside(tmp_path, "carl.zip", *members)], ONE)
    assert {*students(found)} == {"ada", "carl"}
    assert found.notes[0] == (
        "carl.zip, with several folders, is taken for one student's. "
        "Unpack those of several students."
    )


def test_archives_that_may_be_either_are_noted_together(tmp_path: Path) -> None:
    one = zipped_up(("bob/softmax.py", CODE), ("eve/softmax.py", CODE))
    folder(tmp_path, "monday.zip", "friday.zip", data=one)
    found = collect([tmp_path], ONE)
    assert {*students(found)} == {"friday", "monday"}
    assert found.notes[0] == (
        "2 archives with several folders are each taken for one student's: friday.zip, monday.zip."
        " Unpack those of several students."
    )


def test_an_archive_named_like_one_of_its_folders_is_that_students(tmp_path: Path) -> None:
    found = collect([beside(tmp_path, "bob.zip", "bob/softmax.py", "eve/softmax.py")], ONE)
    assert {*students(found)} == {"ada", "bob"}


def test_what_a_student_hands_in_is_never_a_class(tmp_path: Path) -> None:
    group = zipped_up(("bob/softmax.py", CODE), ("eve/softmax.py", CODE))
    folder(tmp_path, "ada/class.zip", "Zoë_7_assignsubmission_file_class.zip", data=group)
    found = collect([tmp_path], ONE)
    assert {*students(found)} == {"Zoë", "ada"}


def test_archives_of_students_are_noted_together(tmp_path: Path) -> None:
    one = zipped_up(("softmax.py", CODE))
    folder(tmp_path, *[f"{name}.zip" for name in ("ada", "bob", "carl", "eve")], data=one)
    found = collect([tmp_path], ONE)
    assert students(found) == ["ada", "bob", "carl", "eve"]
    assert found.notes == (
        "4 archives are each taken for one student's: ada.zip, bob.zip, carl.zip and 1 more.",
    )


def test_archives_in_an_archive(tmp_path: Path) -> None:
    one = zipped_up(("softmax.py", CODE))
    folder(tmp_path, "export.zip", data=zipped_up(("bob.zip", one), ("eve.zip", one)))
    group = zipped_up(("carl/softmax.py", CODE), ("zoe/softmax.py", CODE))
    folder(tmp_path, "class.zip", data=zipped_up((ADA, CODE), ("submitted.zip", group)))
    first = collect([tmp_path / "class.zip"], ONE)
    assert students(first) == ["ada", "carl", "zoe"]
    assert first.notes == ("class.zip/submitted.zip holds the work of 2 students: carl, zoe.",)
    (tmp_path / "class.zip").unlink()
    assert rows(collect([tmp_path], ONE).handed) == [
        ("bob", "softmax", "export.zip/bob.zip/softmax.py"),
        ("eve", "softmax", "export.zip/eve.zip/softmax.py"),
    ]


def test_refusals_in_an_archive_of_several_stay_one_by_one(tmp_path: Path) -> None:
    members = [("bob/softmax.py", CODE), ("eve/softmax.py", CODE), ("../zoe/softmax.py", CODE)]
    more = [("carl/softmax.pdf", CODE), ("dora/work.rar", CODE), ("notes.csv", CODE)]
    folder(tmp_path, "class.zip", data=zipped_up(*members, *more))
    found = collect([folder(tmp_path, ADA)], ONE)
    assert {*students(found)} == {"ada", "bob", "eve"}
    assert "leads out" in reasons(found)["class.zip/../zoe/softmax.py"]
    assert "only class.zip/carl/softmax.pdf" in reasons(found)["class.zip/carl/softmax.pdf"]
    assert "not read" in reasons(found)["class.zip/dora/work.rar"]
    assert {one.student for one in found.refusals} >= {"carl", "dora"}
    assert "notes.csv" not in str(found.refusals)


def test_samples_of_models_in_an_archive(tmp_path: Path) -> None:
    names = [f"{model}/softmax/{n}.md" for model in ("gpt", "llama") for n in (0, 1)]
    folder(tmp_path, "samples.zip", data=zipped_up(*[(name, CODE) for name in names]))
    found = collect([tmp_path], ONE)
    assert found.kind == "samples"
    assert students(found) == ["gpt", "gpt", "llama", "llama"]
    assert found.notes == ("samples.zip holds the work of 2 models: gpt, llama.",)


def test_a_pattern_says_it_instead(tmp_path: Path) -> None:
    found = collect(
        [beside(tmp_path, "g.zip", "bob/softmax.py", "eve/softmax.py")],
        ONE,
        r"(?P<student>\w+)(\.zip)?/.*",
    )
    assert {*students(found)} == {"ada", "g"}
    assert found.notes == ("1 student has several files for a challenge, the last one counts: g.",)
