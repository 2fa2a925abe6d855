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
LOOPBACK = ("--host", "127.0.0.1")


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


class Machines:
    """A scheduler, and workers that are started when asked for; all end with the stack."""

    def __init__(self, place: Path, stack: contextlib.ExitStack) -> None:
        self._place, self._stack = place, stack
        self._file = place / "scheduler.json"
        self.scheduler = self._start("scheduler", "scheduler", "--port", "0", *LOOPBACK)
        until(self._file.exists, "a scheduler")
        self.address = str(json.loads(self._file.read_text())["address"])

    def workers(self, *names: str) -> list[subprocess.Popen[bytes]]:
        started = [self._start("worker", name, "--nthreads", "1", "--no-nanny") for name in names]
        wait_for_workers(self.address, len(names))
        return started

    def run(self, handed: Path, out: Path, look: float = 15.0) -> subprocess.Popen[str]:
        """`judge grade` on these machines, looking so often whether they are still there."""
        text = f"from judge.classroom import run; run._LOOK = {look}; "
        command = [
            *(sys.executable, "-c", text + "from judge.__main__ import main; main()"),
            *("grade", str(handed), "-c", HONEST, "-o", str(out), "--cluster", self.address),
        ]
        return self._stack.enter_context(
            subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
        )

    def _start(self, what: str, name: str, *more: str) -> subprocess.Popen[bytes]:
        known = ("--scheduler-file", str(self._file))
        return self._stack.enter_context(dask(what, self._place / name, *known, *more))


@pytest.fixture
def machines(tmp_path: Path) -> Iterator[Machines]:
    with contextlib.ExitStack() as stack:
        yield Machines(tmp_path, stack)


def after_a_few(out: Path, run: subprocess.Popen[str], killed: subprocess.Popen[bytes]) -> None:
    """Kill a process once there are a few results."""
    until(lambda: graded(out) >= 4 or run.poll() is not None, "a few results")
    assert run.poll() is None, run.stderr.read() if run.stderr else ""
    killed.send_signal(signal.SIGKILL)


@pytest.mark.slow
def test_the_work_survives_the_loss_of_a_worker(machines: Machines, tmp_path: Path) -> None:
    handed, out = tmp_path / "handed", tmp_path / "out"
    hand_in(handed)
    one, _ = machines.workers("one", "two")
    run = machines.run(handed, out)
    after_a_few(out, run, one)
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


@pytest.mark.slow
def test_without_workers_the_run_ends_and_goes_on_later(machines: Machines, tmp_path: Path) -> None:
    handed, out = tmp_path / "handed", tmp_path / "out"
    hand_in(handed)
    (worker,) = machines.workers("one")
    run = machines.run(handed, out, look=1.0)
    after_a_few(out, run, worker)
    assert ended(run) == f"The Dask scheduler at {machines.address} has no workers any more."
    assert 4 <= graded(out) < STUDENTS
    machines.workers("two")
    assert machines.run(handed, out).wait(timeout=PATIENCE) == 0
    assert graded(out) == STUDENTS


@pytest.mark.slow
def test_without_the_scheduler_the_run_ends(machines: Machines, tmp_path: Path) -> None:
    handed, out = tmp_path / "handed", tmp_path / "out"
    hand_in(handed)
    machines.workers("one")
    run = machines.run(handed, out, look=1.0)
    after_a_few(out, run, machines.scheduler)
    assert ended(run) == f"The Dask scheduler at {machines.address} no longer answers."


def ended(run: subprocess.Popen[str]) -> str:
    """The first line of the message that a run ended with, which had no other lines."""
    _, said = run.communicate(timeout=PATIENCE)
    assert run.returncode == 2, said
    first, second, *more = [line for line in said.splitlines() if "submissions" not in line]
    assert second.startswith("What was graded is kept")
    assert more == []
    return first


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
