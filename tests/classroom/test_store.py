"""Results on disk: what is kept, what counts, what happens when the disk or a file says no."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from judge.classroom.records import Handed
from judge.classroom.store import FILE, Store
from judge.errors import UserError
from judge.results import (
    ChallengeInfo,
    Isolation,
    Outcome,
    Points,
    Report,
    Status,
    SubmissionInfo,
    Verdict,
)

ADA = Handed("ada", "softmax_numpy", "ada/softmax.py", Path("x"), when="2026-01-02T10:00:00+00:00")


def report(verdict: Verdict = Verdict.PASSED, earned: float = 10.0) -> Report:
    return Report(
        judge="0",
        challenge=ChallengeInfo(id="softmax_numpy", title="Softmax", version="1"),
        submission=SubmissionInfo(origin="x", sha256="0"),
        seed=1,
        isolation=Isolation(level="full", layers=()),
        verdict=verdict,
        points=Points(earned=earned, possible=10.0),
        seconds=0.1,
    )


def outcome(status: Status = Status.PASSED, seconds: float = 0.5) -> Outcome:
    return Outcome(
        task="t",
        name="is_right",
        title="is right",
        about="",
        group="core",
        visibility="public",
        status=status,
        earned=1.0,
        possible=1.0,
        seconds=seconds,
    )


def test_results_in_a_folder_that_is_not_ours_can_be_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQLite would write beside them, were they not opened as they are."""
    folder = tmp_path / "class 1?#%"
    with Store(folder, create=True) as store:
        store.put(ADA, report(), "f", {})
    monkeypatch.setattr("judge.classroom.store.os.access", lambda *_: False)
    with Store(folder) as store:
        assert [one.student for one in store.results()] == ["ada"]
        assert [path.name for path in folder.iterdir()] == [FILE]
        with pytest.raises(UserError, match="cannot be used"):
            store.set({"kind": "class"})


def test_a_result_comes_back_as_it_was_put(tmp_path: Path) -> None:
    with Store(tmp_path, create=True) as store:
        store.put(ADA, report(), "f", {"key": outcome()})
    with Store(tmp_path) as store:
        (found,) = store.results()
        assert (found.student, found.source, found.when) == ("ada", ADA.source, ADA.when)
        assert found.report == report()
        assert found.counts
        assert store.fingerprint(ADA) == "f"
        assert store.known({"is_right": "key", "other": "no key"}) == {"is_right": outcome()}


def test_graded_again_the_old_report_is_kept(tmp_path: Path) -> None:
    with Store(tmp_path, create=True) as store:
        for earned in (1.0, 2.0, 3.0):
            store.put(ADA, report(earned=earned), str(earned), {})
        (found,) = store.results()
        assert found.report.points.earned == 3.0
        before = store.before(found.id)
        assert before is not None
        assert before.points.earned == 2.0
        assert store.count() == 1


def test_of_a_student_the_last_counts_and_of_a_model_every_sample(tmp_path: Path) -> None:
    later = replace(ADA, source="ada/b.py", when="2026-01-03T10:00:00+00:00")
    version = replace(later, source="ada/c.py")
    samples = [replace(ADA, student="m", source=f"m/{n}.py", sample=str(n)) for n in range(3)]
    with Store(tmp_path, create=True) as store:
        for handed in (version, ADA, later, *samples):
            store.put(handed, report(), "f", {})
        counting = [found.source for found in store.results()]
        assert counting == ["ada/c.py", "m/0.py", "m/1.py", "m/2.py"]
        everything = list(store.results(all_sources=True))
        assert len(everything) == 6
        assert [found.source for found in everything if not found.counts] == [
            "ada/softmax.py",
            "ada/b.py",
        ]


def test_what_is_no_number_in_json_survives(tmp_path: Path) -> None:
    with Store(tmp_path, create=True) as store:
        store.put(ADA, report(), "f", {"k": outcome(seconds=float("inf"))})
        known = store.known({"is_right": "k"})
        assert known == {}  # no outcome of ours has such a time: it is graded again


def test_a_folder_without_results_says_how_they_are_made(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="judge grade"):
        Store(tmp_path)


def test_a_file_that_is_no_database_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text("a diary, not a database; " * 100)
    with pytest.raises(UserError, match="damaged or is no database"):
        Store(tmp_path, create=True)
    assert (tmp_path / FILE).read_text().startswith("a diary")


def test_a_schema_of_another_version_is_refused(tmp_path: Path) -> None:
    with Store(tmp_path, create=True) as store:
        store.set({"schema": "99"})
    with pytest.raises(UserError, match="schema 99"):
        Store(tmp_path)


def test_a_locked_database_is_explained(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("judge.classroom.store._WAIT", 0.05)
    with Store(tmp_path, create=True) as store:
        other = sqlite3.connect(tmp_path / FILE)
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(UserError, match="Another program holds it"):
            store.put(ADA, report(), "f", {})
        other.rollback()
        other.close()
        store.put(ADA, report(), "f", {})
        assert store.count() == 1


def fill(store: Store) -> None:
    for number in range(200):
        store.put(replace(ADA, source=f"{number}.py"), report(), "f" * 4000, {})


def test_a_full_disk_loses_nothing_that_was_stored(tmp_path: Path) -> None:
    with Store(tmp_path, create=True) as store:
        store.put(ADA, report(), "f", {})
        (pages,) = store._database.execute("PRAGMA page_count").fetchone()
        store._database.execute(f"PRAGMA max_page_count = {pages}")
        with pytest.raises(UserError, match="disk is full"):
            fill(store)
        assert store.fingerprint(ADA) == "f"
    with Store(tmp_path) as store:
        assert store.fingerprint(ADA) == "f"
