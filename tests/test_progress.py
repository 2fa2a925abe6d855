from __future__ import annotations

import json
import multiprocessing
from pathlib import Path

import pytest

from judge import progress
from judge.errors import UserError
from judge.progress import Tally
from judge.results import (
    ChallengeInfo,
    Isolation,
    Points,
    Report,
    SubmissionInfo,
    Verdict,
)


@pytest.fixture(autouse=True)
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "data"
    monkeypatch.setenv("JUDGE_DATA", str(folder))
    return folder


def report(
    verdict: Verdict = Verdict.FAILED, earned: float = 0.0, seconds: float = 1.0, id: str = "relu"
) -> Report:
    return Report(
        judge="0",
        challenge=ChallengeInfo(id=id, title="Relu", version="1.0"),
        submission=SubmissionInfo(origin="relu.py", sha256=""),
        seed=1,
        isolation=Isolation(level="full", layers=()),
        verdict=verdict,
        points=Points(earned=earned, possible=10.0),
        seconds=seconds,
    )


# --- what is remembered -----------------------------------------------------------------------


def test_nothing_yet(data: Path) -> None:
    assert progress.read() == progress.Progress()
    assert progress.read().of("relu") == Tally()
    assert not data.exists()


def test_the_best_check_is_kept_and_the_first_solution(monkeypatch: pytest.MonkeyPatch) -> None:
    times = iter(f"2026-01-0{day}T00:00:00+00:00" for day in range(1, 6))
    monkeypatch.setattr(progress, "_now", lambda: next(times))
    for verdict, earned, seconds in (
        (Verdict.FAILED, 4.0, 1.0),
        (Verdict.PASSED, 10.0, 3.0),
        (Verdict.FAILED, 6.0, 1.0),
        (Verdict.PASSED, 10.0, 2.0),
        (Verdict.PASSED, 10.0, 9.0),
    ):
        assert progress.record(report(verdict, earned, seconds)) == ()
    assert progress.read().of("relu") == Tally(
        attempts=5,
        earned=10.0,
        possible=10.0,
        seconds=2.0,
        solved="2026-01-02T00:00:00+00:00",
        verdict="passed",
        checked="2026-01-05T00:00:00+00:00",
    )


def test_a_check_of_a_part_is_an_attempt_and_no_solution() -> None:
    progress.record(report(Verdict.PASSED, 10.0), complete=False)
    tally = progress.read().of("relu")
    assert (tally.attempts, tally.verdict, tally.solved, tally.possible) == (1, "passed", None, 0)


@pytest.mark.parametrize("verdict", [Verdict.REFUSED, Verdict.NOT_ATTEMPTED])
def test_what_was_not_graded_is_no_attempt(verdict: Verdict) -> None:
    progress.record(report(Verdict.FAILED, 4.0))
    progress.record(report(verdict))
    tally = progress.read().of("relu")
    assert (tally.attempts, tally.verdict, tally.earned) == (1, verdict, 4.0)


def test_what_broke_leaves_no_trace() -> None:
    progress.record(report(Verdict.BROKEN, 10.0))
    assert progress.read().tallies == {}


def test_hints_come_one_by_one_and_end_with_the_last() -> None:
    assert [progress.take_hint("relu", "forward", 2) for _ in range(3)] == [1, 2, 2]
    assert progress.take_hint("relu", "backward", 2) == 1
    assert progress.read().of("relu").hints == {"forward": 2, "backward": 1}


def test_forgetting() -> None:
    for id in ("relu", "gelu", "selu"):
        progress.record(report(id=id))
    progress.reset_progress("gelu")
    assert list(progress.read().tallies) == ["relu", "selu"]
    progress.reset_progress()
    assert progress.read().tallies == {}


# --- what goes wrong --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "{}",
        '{"schema": 1}',
        '{"schema": 1, "challenges": []}',
        '{"schema": 1, "challenges": {"relu": 3}}',
        '{"schema": 1, "challenges": {"relu": {"attempts": "many"}}}',
        '{"schema": 1, "challenges": {"relu": {"attempts": NaN}}}',
        '{"schema": 1, "challenges": {"relu": {"colour": 1}}}',
        '{"schema": 1, "challenges": {"relu": {"hints": {"forward": "x"}}}}',
        "[" * 100_000,
        "\udcff",
    ],
)
def test_a_damaged_file_is_set_aside_and_told(data: Path, text: str) -> None:
    data.mkdir()
    raw = text.encode("utf-8", "surrogateescape")
    (data / "progress.json").write_bytes(raw)
    (note,) = progress.read().notes
    assert "is damaged" in note
    assert (data / "progress.json").read_bytes() == raw
    (note,) = progress.record(report())
    (kept,) = data.glob("progress.damaged-*.json")
    assert str(kept) in note
    assert kept.read_bytes() == raw
    assert progress.read().of("relu").attempts == 1


def test_every_damaged_file_is_kept(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "_now", lambda: "2026-01-01T00:00:00+00:00")
    data.mkdir()
    for text in ("one", "two"):
        (data / "progress.json").write_text(text)
        progress.record(report())
    assert sorted(p.read_text() for p in data.glob("progress.damaged-*")) == ["one", "two"]


def test_a_file_of_a_newer_judge_is_left_alone(data: Path) -> None:
    data.mkdir()
    text = '{"schema": 2, "worlds": {}}'
    (data / "progress.json").write_text(text)
    assert "newer judge" in progress.read().notes[0]
    assert "not saved" in progress.record(report())[0]
    assert (data / "progress.json").read_text() == text


def test_a_folder_that_cannot_be_written_is_a_note(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("JUDGE_DATA", str(tmp_path / "file" / "data"))
    (note,) = progress.record(report())
    assert "is not saved" in note
    assert "JUDGE_DATA" in note
    assert progress.take_hint("relu", "forward", 3) == 1
    with pytest.raises(UserError, match="is not saved"):
        progress.reset_progress()
    assert progress.read().tallies == {}


def test_a_lock_that_is_never_free_is_a_note(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from filelock import FileLock

    monkeypatch.setattr(progress, "_LOCK_SECONDS", 0.01)
    data.mkdir()
    with FileLock(data / "progress.lock"):
        (note,) = progress.record(report())
    assert "is not saved" in note
    assert not (data / "progress.json").exists()


def record_often(id: str, times: int) -> None:
    for _ in range(times):
        assert progress.record(report(id=id)) == ()
        progress.take_hint(id, "forward", 1000)


def test_checks_at_the_same_time_lose_nothing(data: Path) -> None:
    context = multiprocessing.get_context("spawn")
    jobs = [("relu", 20), ("relu", 20), ("gelu", 20)]
    processes = [context.Process(target=record_often, args=job) for job in jobs]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [0, 0, 0]
    done = progress.read()
    assert (done.of("relu").attempts, done.of("gelu").attempts) == (40, 20)
    assert (done.of("relu").hints, done.of("gelu").hints) == ({"forward": 40}, {"forward": 20})
    assert json.loads((data / "progress.json").read_text())["schema"] == 1
    assert sorted(path.name for path in data.glob("*.json")) == ["progress.json"]
