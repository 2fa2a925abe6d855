"""Gradescope, JUnit and JSON lines, against the rules of who reads them; the command."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import jsonschema
import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from judge.__main__ import main
from judge.classroom.export.gradescope import gradescope
from judge.classroom.export.jsonlines import jsonlines
from judge.classroom.export.junit import junit
from judge.classroom.records import Handed
from judge.classroom.store import Store
from judge.errors import UserError
from judge.report.examples import failing, passing
from judge.report.gradescope import nothing_yet, results_object
from judge.report.json import schema
from judge.results import Report
from tests.classroom.handed import asked, result, whole
from tests.classroom.test_export_canvas import BOOK
from tests.report.generate import REPORTS, TEXT
from tests.report.samples import broken, hidden, refused

FORMATS = {"text", "html", "simple_format", "md", "ansi"}
TOP = {
    *("score", "execution_time", "output", "output_format", "test_output_format"),
    *("test_name_format", "visibility", "stdout_visibility", "extra_data", "tests", "leaderboard"),
}
TEST = {
    *("score", "max_score", "status", "name", "name_format", "number", "output", "output_format"),
    *("tags", "visibility", "extra_data"),
}
VISIBILITY = {"visible", "after_due_date", "after_published", "hidden"}


def check_results(found: dict[str, Any]) -> None:
    """What Gradescope asks of a results.json."""
    json.dumps(found, allow_nan=False)
    assert set(found) <= TOP
    assert math.isfinite(found["score"])
    assert found["visibility"] in VISIBILITY
    assert found["stdout_visibility"] == "hidden"
    assert found["output_format"] in FORMATS
    for test in found["tests"]:
        assert set(test) <= TEST
        assert test["status"] in {"passed", "failed"}
        assert test["visibility"] in VISIBILITY
        assert ("score" in test) is ("max_score" in test)
        assert all(isinstance(tag, str) for tag in test["tags"])
        assert {type(test[key]) for key in ("name", "number", "output")} == {str}


@settings(deadline=None, max_examples=40)
@given(REPORTS)
def test_any_report_is_a_results_json(report: Report) -> None:
    check_results(results_object(report))
    check_results(results_object(report, "instructor"))


def test_a_results_json_says_what_the_report_says() -> None:
    found = results_object(failing())
    check_results(nothing_yet("not graded yet"))
    assert (found["score"], found["execution_time"]) == (20.0, 4.21)
    assert sum(test.get("score", 0) for test in found["tests"]) == found["score"]
    assert found["extra_data"]["misconceptions"] == ["no_rescale"]
    assert found["output"].startswith("Flash attention, forward and backward: FAILED, 20 of 90")
    wrong = found["tests"][1]
    assert (wrong["status"], wrong["score"], wrong["max_score"]) == ("failed", 0.0, 10.0)
    assert "1.1645" in wrong["output"]
    assert [test["number"] for test in found["tests"]][-1] == "2.3"


def test_hidden_tests_show_their_title_alone() -> None:
    assert "1.1645" not in json.dumps(results_object(hidden()))
    assert "1.1645" in json.dumps(results_object(hidden(), "instructor"))


def test_refused_and_broken_are_told() -> None:
    assert results_object(refused())["score"] == 0
    assert "refused" in results_object(refused())["output"]
    assert "the judge failed, not your submission" in results_object(broken())["output"]


@settings(deadline=None, max_examples=40)
@given(st.lists(TEXT, min_size=1, max_size=6))
def test_a_file_each_and_none_elsewhere(students: list[str]) -> None:
    results = [result(s, passing(), source=str(n)) for n, s in enumerate(students)]
    names = [piece.name for piece in gradescope(asked(*results)).pieces]
    assert len({name.casefold() for name in names}) == len(students)
    for name in names:
        assert Path(name).name == name
        assert not name.startswith(".")
        assert name.isascii()
        assert len(name) < 120


def test_files_are_named_after_student_and_challenge() -> None:
    one, two = result("ada"), result("Ada", source="x")
    first, second = [piece.name for piece in gradescope(asked(one, two)).pieces]
    assert first == "ada_flash_attention.json"
    assert second.startswith("Ada_flash_attention-")


# --- JUnit --------------------------------------------------------------------------------------


@settings(deadline=None, max_examples=20)
@given(st.lists(st.tuples(TEXT, REPORTS), max_size=3))
def test_any_class_is_one_document_with_unique_names(pairs: list[tuple[str, Report]]) -> None:
    data = whole(junit(asked(*(result(student, report) for student, report in pairs))))
    root = ET.fromstring(data)  # noqa: S314  our own text
    assert root.tag == "testsuites"
    assert len(root) == len(pairs)
    names = [(case.get("classname"), case.get("name")) for case in root.iter("testcase")]
    assert len(set(names)) == len(names)


def test_a_suite_for_each_student_with_the_message_in_the_text() -> None:
    exported = junit(asked(result("ada"), result("emmy", passing())))
    root = ET.fromstring(whole(exported))  # noqa: S314  our own text
    assert [suite.get("name") for suite in root] == ["ada.flash_attention", "emmy.flash_attention"]
    case = root[0][1]
    assert case.get("classname") == "ada.flash_attention.forward"
    assert str(case[0].text).startswith(str(case[0].get("message")))
    assert exported.notes == ()


def test_too_large_a_file_gets_shorter_messages() -> None:
    wanted = asked(*(result(f"student {n}") for n in range(12)))
    size = len(whole(junit(wanted)))
    shorter = junit(wanted, limit=size - 1)
    assert "cut to 300 characters" in shorter.notes[0]
    data = whole(shorter)
    assert len(data) < size
    assert ET.fromstring(data).tag == "testsuites"  # noqa: S314  our own text
    with pytest.raises(UserError, match="one challenge at a time"):
        junit(wanted, limit=size // 10)


# --- JSON lines ---------------------------------------------------------------------------------


def test_a_line_a_result_valid_under_the_schema() -> None:
    results = [result("ada"), result("x", hidden(), sample="2"), result("y", refused())]
    lines = whole(jsonlines(asked(*results))).decode().splitlines()
    found = [json.loads(line) for line in lines]
    for line in found:
        jsonschema.validate(line["report"], schema())
    assert [line["student"] for line in found] == ["ada", "x", "y"]
    assert found[1]["sample"] == "2"
    assert found[0]["handed_in"] == "2026-03-01T12:00:00+01:00"


def test_a_student_reads_no_secret_an_instructor_does() -> None:
    assert b"1.1645" not in whole(jsonlines(asked(result("x", hidden()))))
    assert b"1.1645" in whole(jsonlines(asked(result("x", hidden()), instructor=True)))


# --- the command --------------------------------------------------------------------------------


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """A folder with results of two students."""
    folder = tmp_path / "out"
    with Store(folder, create=True) as store:
        for student, report in (("11", failing()), ("emmy@x.org", passing())):
            handed = Handed(student, "flash_attention", f"{student}/a.ipynb", Path("a.ipynb"))
            store.put(handed, report, "fingerprint", {})
    return folder


def judge(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    code = main([str(argument) for argument in arguments])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


@pytest.mark.parametrize(
    ("to", "made"),
    [
        ("gradescope", "gradescope"),
        ("junit", "junit.xml"),
        ("csv", "results.csv"),
        ("jsonl", "results.jsonl"),
    ],
)
def test_each_format_has_its_usual_place(
    out: Path, capsys: pytest.CaptureFixture[str], to: str, made: str
) -> None:
    code, said, _ = judge(capsys, "export", out, "--to", to)
    assert code == 0
    assert str(out / made) in said
    assert (out / made).exists()
    first = {path.name: path.read_bytes() for path in out.rglob("*") if path.is_file()}
    judge(capsys, "export", out, "--to", to)
    assert {path.name: path.read_bytes() for path in out.rglob("*") if path.is_file()} == first


@pytest.mark.parametrize("to", ["gradescope", "junit", "csv", "jsonl"])
def test_the_seed_of_a_class_is_its_instructors_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], to: str
) -> None:
    with Store(tmp_path, create=True) as store:
        for student, make in (("ada", failing), ("emmy", broken), ("emil", refused)):
            handed = Handed(student, "flash_attention", f"{student}/a.ipynb", Path("a.ipynb"))
            store.put(handed, msgspec.structs.replace(make(), seed=918273645), "fingerprint", {})

    def written(*more: str) -> bytes:
        target = tmp_path / f"{to}{len(more)}"
        code, _, _ = judge(capsys, "export", tmp_path, "--to", to, "--output", target, *more)
        assert code == 0
        files = target.iterdir() if target.is_dir() else [target]
        return b"".join(file.read_bytes() for file in files)

    assert b"918273645" not in written()
    assert (b"918273645" in written("--instructor")) == (to != "junit")


def test_a_folder_of_results_is_counted(out: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "wrote 2 files in" in judge(capsys, "export", out, "--to", "gradescope")[1]
    assert len(list((out / "gradescope").iterdir())) == 2


def test_canvas_from_the_command(
    out: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    book = tmp_path / "book.csv"
    book.write_bytes(BOOK.encode())
    target = tmp_path / "filled.csv"
    options = ("--to", "canvas", "--gradebook", book, "--column", "Flash", "--output", target)
    code, _, err = judge(capsys, "export", out, *options)
    assert code == 0
    assert "note: The column Flash (102) is filled." in err
    assert target.read_text(encoding="utf-8").count("\n") == 4
    assert book.read_bytes() == BOOK.encode()


def test_the_file_that_is_read_is_never_written(
    out: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    book = tmp_path / "book.csv"
    book.write_bytes(BOOK.encode())
    link = tmp_path / "same.csv"
    link.hardlink_to(book)
    for output in (book, link):
        options = ("--to", "canvas", "--gradebook", book, "--column", "Flash", "--output", output)
        code, said, err = judge(capsys, "export", out, *options)
        assert (code, said) == (2, "")
        assert "would be written over" in err
    assert book.read_bytes() == BOOK.encode()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--to", "csv", "--match", "name"), "--match says nothing for --to csv"),
        (("--to", "moodle", "--gradebook", "x"), "--gradebook says nothing for --to moodle"),
        (("--to", "canvas", "--instructor"), "students read"),
        (("--to", "canvas", "--gradebook", "nowhere.csv"), "nowhere.csv cannot be read"),
        (("--to", "csv", "-c", "flash_atention"), "Did you mean flash_attention?"),
        (("--to", "csv", "--output", "/proc/nothing/x.csv"), "cannot be written"),
    ],
)
def test_mistakes_are_told(
    out: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], said: str
) -> None:
    code, told, err = judge(capsys, "export", out, *arguments)
    assert (code, told) == (2, "")
    assert said in err
    assert "Traceback" not in err


def test_no_results_at_all(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "There are no results" in judge(capsys, "export", tmp_path, "--to", "csv")[2]
    Store(tmp_path, create=True).close()
    assert "holds no result yet" in judge(capsys, "export", tmp_path, "--to", "csv")[2]


def test_a_failed_export_leaves_the_old_file(
    out: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    judge(capsys, "export", out, "--to", "jsonl")
    before = (out / "results.jsonl").read_bytes()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    code, _, err = judge(capsys, "export", out, "--to", "jsonl")
    assert code == 2
    assert "No space left" in err
    assert (out / "results.jsonl").read_bytes() == before
    assert sorted(path.suffix for path in out.iterdir() if path.name.startswith("results.j")) == [
        ".jsonl"
    ]
    assert msgspec.json.decode(before.splitlines()[0])["student"] == "11"
