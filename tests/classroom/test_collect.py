"""Students, times and sources as they are handed on, and each file read by itself."""

from __future__ import annotations

import json
import os
import time
import zipfile
from pathlib import Path

import pytest

from judge import intake
from judge.classroom.collect import collect, read
from judge.classroom.records import Collection, Handed
from judge.classroom.store import Store
from judge.errors import SubmissionError
from judge.results import ChallengeInfo, Isolation, Points, Report, SubmissionInfo, Verdict
from tests.classroom.handing import ONE, folder, rows, students

NOTEBOOK = json.dumps({"cells": [{"cell_type": "code", "source": "x = 1"}]}).encode()


# --- names ------------------------------------------------------------------------------------


def test_odd_names_are_cleaned_and_kept_apart(tmp_path: Path) -> None:
    folder(tmp_path, "ada/softmax.py", "ada\x1b[31m\n/softmax.py")
    (tmp_path / os.fsdecode(b"b\xff")).mkdir()
    folder(tmp_path / os.fsdecode(b"b\xff"), "softmax.py")
    folder(tmp_path, "ada\x07/softmax.py")
    found = collect([tmp_path], ONE)
    names = students(found)
    assert len(set(names)) == 4
    assert "ada" in names
    assert all(
        name.isprintable() and one.source.isprintable()
        for name, one in zip(names, found.handed, strict=True)
    )
    for one in found.handed:
        json.dumps([one.student, one.source]).encode()
        one.source.encode()


def test_the_order_is_always_the_same(tmp_path: Path) -> None:
    paths = [f"{name}/softmax{n}.ipynb" for name in ("eve", "ada", "bob") for n in (2, 1)]
    first = collect([folder(tmp_path / "a", *paths)], ONE)
    second = collect([folder(tmp_path / "b", *reversed(paths))], ONE)
    assert rows(first.handed) == rows(second.handed) == sorted(rows(first.handed))


def test_students_with_several_files_are_named(tmp_path: Path) -> None:
    folder(tmp_path, "ada/softmax.ipynb", "ada/softmax2.ipynb", "bo/softmax.ipynb")
    assert "1 student has several files for a challenge, the last one counts: ada." in (
        collect([tmp_path], ONE).notes
    )
    folder(tmp_path, *(f"s{n}/softmax{m}.ipynb" for n in range(4) for m in range(2)))
    told = "5 students have several files for a challenge, the last one counts: ada, s0, s1"
    assert f"{told} and 2 more." in collect([tmp_path], ONE).notes


def test_replies_that_lie_like_those_of_students_may_be_samples(tmp_path: Path) -> None:
    folder(tmp_path, "model/0.md", "model/1.md")
    several, layout = collect([tmp_path], ONE).notes
    assert several.endswith("the last one counts: model.")
    assert "MODEL/CHALLENGE/SAMPLE.md" in layout


def test_samples_are_meant_to_be_many(tmp_path: Path) -> None:
    folder(tmp_path, "model/softmax/0.md", "model/softmax/1.md")
    assert collect([tmp_path], ONE).notes == ()


# --- reading ----------------------------------------------------------------------------------


def test_each_file_is_read_by_itself(tmp_path: Path) -> None:
    folder(tmp_path, "ada/softmax.ipynb", "dan/softmax.ipynb", data=NOTEBOOK)
    folder(tmp_path, "bob/softmax.ipynb", data=b"{")
    (tmp_path / "eve").mkdir()
    with (tmp_path / "eve/softmax.py").open("wb") as stream:
        stream.truncate(10**12)
    found = collect([tmp_path], ONE)
    told = {}
    for one in found.handed:
        try:
            told[one.student] = read(one).origin
        except SubmissionError as error:
            told[one.student] = str(error).splitlines()[0]
    assert told == {
        "ada": "ada/softmax.ipynb",
        "bob": "bob/softmax.ipynb is damaged in line 1: it ends in the middle.",
        "dan": "dan/softmax.ipynb",
        "eve": "eve/softmax.py is too large: 1000000.0 MB, at most 20 MB.",
    }


def test_nothing_is_opened_to_find_submissions(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def opened(*_: object, **__: object) -> int:
        raise AssertionError("opened")

    monkeypatch.setattr(intake, "_open", opened)
    monkeypatch.setattr(os, "open", opened)
    folder(tmp_path, "ada/softmax.ipynb", "bob/softmax.py")
    monkeypatch.setattr(Path, "open", opened)
    assert len(collect([tmp_path], ONE).handed) == 2


@pytest.mark.slow
def test_ten_thousand_files(tmp_path: Path) -> None:
    for n in range(5000):
        folder(tmp_path / "a", f"Student {n}_{n}_assignsubmission_file_/softmax.ipynb", data=b"")
        folder(tmp_path / "a", f"Student {n}_{n}_assignsubmission_file_/data.csv", data=b"")
    with zipfile.ZipFile(tmp_path / "b.zip", "w") as archive:
        for n in range(10_000):
            archive.writestr(f"student {n}/softmax.py", "x = 1")
    ids = ("softmax", *(f"challenge_{n}" for n in range(20)))
    for place, many in ((tmp_path / "a", 5000), (tmp_path / "b.zip", 10_000)):
        began = time.process_time()
        found = collect([place], ids)
        assert time.process_time() - began < 2.0
        assert len(found.handed) == many
    began = time.process_time()
    for one in found.handed:
        read(one)
    assert time.process_time() - began < 4.0  # the directory is not read for each of them


# --- the store --------------------------------------------------------------------------------


def test_canvas_counts_the_highest_version(tmp_path: Path) -> None:
    folder(
        tmp_path,
        "lovelaceada_LATE_7_900_softmax-10.ipynb",
        "lovelaceada_7_902_softmax-9.ipynb",
        "lovelaceada_7_901_softmax.ipynb",
        "smithbob_8_903_softmax.ipynb",
    )
    found = collect([tmp_path], ONE)
    ada = [one for one in found.handed if one.student == "lovelaceada"]
    assert [one.source[-10:] for one in ada] == ["tmax.ipynb", "ax-9.ipynb", "x-10.ipynb"]
    assert [one.late for one in ada] == [False, False, True]
    assert counting(tmp_path / "out", found) == {
        "lovelaceada": "lovelaceada_LATE_7_900_softmax-10.ipynb",
        "smithbob": "smithbob_8_903_softmax.ipynb",
    }


def counting(out: Path, found: Collection) -> dict[str, str]:
    """The source that counts for each student, as the store decides it."""
    with Store(out, create=True) as store:
        for one in found.handed:
            store.put(one, a_report(one), "f", {})
        return {one.student: one.source for one in store.results() if one.counts}


def a_report(one: Handed) -> Report:
    return Report(
        judge="1",
        challenge=ChallengeInfo(id=one.challenge, title="", version="1"),
        submission=SubmissionInfo(origin=one.source, sha256=""),
        seed=1,
        isolation=Isolation(level="full", layers=()),
        verdict=Verdict.PASSED,
        points=Points(earned=1.0, possible=1.0),
        seconds=0.0,
    )
