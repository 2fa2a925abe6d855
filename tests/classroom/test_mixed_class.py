"""A mixed class through the real command: killed twice on the way, resumed, reported, exported."""

from __future__ import annotations

import csv
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import psutil
import pytest

from judge.classroom.store import FILE, Store
from tests.classroom.mixed import HONEST, HOSTILE, PACK, Expected, write_class

PATIENCE = 240.0


@pytest.fixture(scope="module")
def handed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Expected]]:
    folder = tmp_path_factory.mktemp("class") / "handed in"
    return folder, write_class(folder)


def command(folder: Path, out: Path, *more: str) -> list[str]:
    return [
        *(sys.executable, "-m", "judge", "grade", str(folder), "-c", f"{HONEST},{HOSTILE}"),
        *("-o", str(out), "--challenges", str(PACK), "--jobs", "2", *more),
    ]


def graded(out: Path) -> int:
    """How many results there are, seen from outside while the run goes on."""
    if not (out / FILE).is_file():
        return 0
    database = sqlite3.connect(f"file:{out / FILE}?mode=ro", uri=True, timeout=10)
    try:
        return int(database.execute("SELECT count(*) FROM results").fetchone()[0])
    except sqlite3.OperationalError:  # its tables are being made
        return 0
    finally:
        database.close()


def until(met: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while not met():
        assert time.monotonic() < deadline, what
        time.sleep(0.02)


def kill_after(folder: Path, out: Path, results: int) -> None:
    """Start a run, kill it once so many results are there, and see that it leaves no process."""
    process = subprocess.Popen(
        command(folder, out), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    until(lambda: graded(out) >= results or process.poll() is not None, f"{results} results")
    assert process.poll() is None, "the run was over before it could be killed"
    family = psutil.Process(process.pid).children(recursive=True)
    process.send_signal(signal.SIGKILL)
    process.wait()
    until(lambda: not any(map(_lives, family)), "processes were left")


def _lives(process: psutil.Process) -> bool:
    return process.is_running() and process.status() != psutil.STATUS_ZOMBIE


@pytest.mark.slow
def test_a_mixed_class_survives_two_kills(
    handed: tuple[Path, list[Expected]], tmp_path: Path
) -> None:
    folder, expected = handed
    out = tmp_path / "results"
    kill_after(folder, out, 8)
    first = graded(out)
    kill_after(folder, out, first + 15)
    kept = times(out)
    run = subprocess.run(command(folder, out), capture_output=True, text=True, timeout=PATIENCE)
    assert run.returncode == 0, run.stderr
    assert f"{len(kept)} known before" in run.stdout
    assert {place: when for place, when in times(out).items() if place in kept} == kept
    with Store(out) as store:
        found = {r.source: str(r.report.verdict) for r in store.results(all_sources=True)}
        counting = {r.source for r in store.results()}
        (again,) = store._database.execute("SELECT count(*) FROM history").fetchone()
    assert again == 0, "something was graded twice"
    assert len(expected) >= 60
    wrong = [one for one in expected if not meets(found.get(one.source), one)]
    assert not wrong, [(one, found.get(one.source)) for one in wrong]
    for number in range(4):
        assert f"late {number}/{HONEST}-1.py" in counting
        assert f"late {number}/{HONEST}-0.py" not in counting
    look(out, tmp_path)


def meets(verdict: str | None, expected: Expected) -> bool:
    if expected.verdict == "-passed":
        return verdict not in (None, "passed", "broken")
    return verdict == expected.verdict


def times(out: Path) -> dict[str, str]:
    with Store(out) as store:
        return {result.source: result.graded for result in store.results(all_sources=True)}


def look(out: Path, tmp_path: Path) -> None:
    """Report it, and hand it on in each format."""
    told = judge("report", str(out))
    assert "passed" in told
    site = tmp_path / "site"
    judge("report", str(out), "--html", str(site))
    assert (site / "index.html").stat().st_size < 5_000_000
    for format in ("gradescope", "junit", "csv", "jsonl"):
        place = tmp_path / f"export.{format}"
        judge("export", str(out), "--to", format, "--output", str(place))
        assert place.exists(), format
    fill(out, tmp_path)


def fill(out: Path, tmp_path: Path) -> None:
    """A gradebook of Canvas and a worksheet of Moodle, as they would be downloaded."""
    with Store(out) as store:
        found = {
            r.student: r.report.points.earned for r in store.results() if r.challenge == HONEST
        }
    gradebook, worksheet = tmp_path / "gradebook.csv", tmp_path / "worksheet.csv"
    people = [f'"{name}",{number},T1,' for number, name in enumerate(found)]
    heads = ["Student,ID,Section,Softmax (7)", "    Points Possible,,,10"]
    gradebook.write_text("\n".join([*heads, *people]) + "\n", encoding="utf-8")
    heads = [
        "Identifier,Full name,Email address,Status,Grade,Maximum Grade,Grade can be changed,"
        "Last modified (grade),Feedback comments"
    ]
    people = [f'Participant {n},"{name}",,,,10,Yes,-,' for n, name in enumerate(found)]
    worksheet.write_text("\n".join([*heads, *people]) + "\n", encoding="utf-8")
    for format, more, column in (
        ("canvas", ["--gradebook", str(gradebook), "--column", "Softmax (7)"], 3),
        ("moodle", ["--worksheet", str(worksheet)], 4),
    ):
        place = tmp_path / f"{format}.csv"
        asked = ["export", str(out), "--to", format, "-c", HONEST, "--output", str(place)]
        judge(*asked, *more)
        with place.open(encoding="utf-8-sig", newline="") as stream:
            rows = {row[1 if format == "moodle" else 0]: row for row in csv.reader(stream)}
        for name, points in found.items():
            assert rows[name][column] == f"{points:g}", (format, name)


def judge(*arguments: str, cwd: Path | None = None) -> str:
    run = subprocess.run(
        [sys.executable, "-m", "judge", *arguments],
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        env={**os.environ, "COLUMNS": "100"},
    )
    assert run.returncode == 0, f"{arguments}: {run.stderr}"
    return run.stdout


def refused(arguments: Sequence[str]) -> str:
    run = subprocess.run(arguments, capture_output=True, text=True, timeout=PATIENCE)
    assert run.returncode == 2, run.stderr
    assert "Traceback" not in run.stderr
    return run.stderr


@pytest.mark.slow
def test_two_graders_on_one_folder(handed: tuple[Path, list[Expected]], tmp_path: Path) -> None:
    folder, _ = handed
    out = tmp_path / "results"
    process = subprocess.Popen(
        command(folder, out), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        until(lambda: graded(out) >= 1, "a first result")
        assert "Another `judge grade` is at work" in refused(command(folder, out))
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=PATIENCE) == 130
    finally:
        process.kill()
        process.wait()
    assert graded(out) >= 1
