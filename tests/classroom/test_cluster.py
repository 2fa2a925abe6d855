"""Grading on Dask: a real scheduler and workers on this machine, one killed in the middle."""

from __future__ import annotations

import contextlib
import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from judge.classroom.cluster import _check_versions, cluster, describe
from judge.classroom.store import Store
from judge.errors import UserError
from tests.classroom.mixed import HONEST, RIGHT, WRONG
from tests.classroom.test_mixed_class import PATIENCE, graded, until

STUDENTS = 24


def hand_in(folder: Path) -> None:
    folder.mkdir()
    for number in range(STUDENTS):
        text = WRONG[0] if number % 4 == 0 else RIGHT[number % 3]
        (folder / f"student{number:02d}.py").write_text(f"import numpy as np\n{text}\n# {number}\n")


@contextlib.contextmanager
def dask(what: str, place: Path, *more: str) -> Iterator[subprocess.Popen[bytes]]:
    """A scheduler or a worker, in a folder of its own."""
    place.mkdir(exist_ok=True)
    module = f"distributed.cli.dask_{what}"
    process = subprocess.Popen(
        [sys.executable, "-m", module, "--no-dashboard", *more],
        cwd=place,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


@pytest.mark.slow
def test_the_work_survives_the_loss_of_a_worker(tmp_path: Path) -> None:
    handed, out, file = tmp_path / "handed", tmp_path / "out", tmp_path / "scheduler.json"
    hand_in(handed)
    with contextlib.ExitStack() as stack:

        def start(what: str, name: str, *more: str) -> subprocess.Popen[bytes]:
            place, known = tmp_path / name, ("--scheduler-file", str(file))
            return stack.enter_context(dask(what, place, *known, *more))

        start("scheduler", "scheduler", "--port", "0", "--host", "127.0.0.1")
        until(file.exists, "a scheduler")
        address = json.loads(file.read_text())["address"]
        one, *_ = [
            start("worker", name, "--nthreads", "1", "--no-nanny") for name in ("one", "two")
        ]
        wait_for_workers(address, 2)
        command = [
            *(sys.executable, "-m", "judge", "grade", str(handed), "-c", HONEST),
            *("-o", str(out), "--cluster", address),
        ]
        run = stack.enter_context(subprocess.Popen(command, stderr=subprocess.PIPE, text=True))
        until(lambda: graded(out) >= 4 or run.poll() is not None, "a few results")
        assert run.poll() is None, run.stderr.read() if run.stderr else ""
        one.send_signal(signal.SIGKILL)
        assert run.wait(timeout=PATIENCE) == 0
    with Store(out) as store:
        verdicts = {found.source: str(found.report.verdict) for found in store.results()}
        levels = json.loads(store.settings()["workers"])
    assert len(levels) == 2
    assert set(levels.values()) <= {"full", "reduced"}
    assert verdicts == {
        f"student{number:02d}.py": "failed" if number % 4 == 0 else "passed"
        for number in range(STUDENTS)
    }


def wait_for_workers(address: str, count: int) -> None:
    from distributed import Client

    with Client(address, timeout=PATIENCE) as client:
        client.wait_for_workers(count, timeout=PATIENCE)


@pytest.mark.slow
def test_a_cluster_on_this_machine_grades_alike(tmp_path: Path) -> None:
    handed = tmp_path / "handed"
    hand_in(handed)
    found = []
    for name, more in (("here", ()), ("cluster", ("--cluster", "local:2"))):
        command = [
            *(sys.executable, "-m", "judge", "grade", str(handed), "-c", HONEST, "--seed", "5"),
            *("-o", str(tmp_path / name), *more),
        ]
        run = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE)
        assert run.returncode == 0, run.stderr
        with Store(tmp_path / name) as store:
            found.append(
                [
                    (one.source, one.report.points, [test.status for test in one.report.tests])
                    for one in store.results()
                ]
            )
    assert found[0] == found[1]
    assert len(found[0]) == STUDENTS


def test_without_dask_the_message_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(UserError, match="pip install"), cluster("local:2", [HONEST], (), Path()):
        pass


@pytest.mark.slow
def test_nobody_at_the_address_is_a_message(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(RIGHT[0])
    run = subprocess.run(
        [
            *(sys.executable, "-m", "judge", "grade", str(tmp_path), "-c", HONEST),
            *("-o", str(tmp_path / "out"), "--cluster", "not an address"),
        ],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    assert run.returncode == 2
    assert run.stderr.splitlines()[0].startswith("No Dask scheduler answers at not an address")


def test_workers_of_other_versions_are_refused() -> None:
    ours = json.loads(describe([HONEST], [], "."))
    assert set(ours["versions"]) == {"judge", "Python", "challenges", "numpy"}
    _check_versions(ours, {"tcp://a": ours})
    other = {"level": "full", "versions": {**ours["versions"], "numpy": "1.0"}}
    with pytest.raises(UserError, match=r"tcp://b would grade otherwise: numpy 1\.0"):
        _check_versions(ours, {"tcp://a": ours, "tcp://b": other})
    with pytest.raises(UserError, match="no workers"):
        _check_versions(ours, {})
