"""The judge where there is no fork server: a whole challenge graded by spawned workers."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from judge import doctor, kernel, notebook
from judge.grading import Asked, Grader
from judge.manifest import Challenge, read_challenge
from judge.report import health
from judge.results import Verdict
from judge.sandbox.posix import Posix
from judge.sandbox.spawned import SpawnSandbox
from judge.submission import read_submission
from tests.doubling import RIGHT_HALF, RIGHT_TWICE, by_name, script, statuses
from tests.sandbox.pretended import MacOS, PipesAndJobs

ROOT = Path(__file__).resolve().parents[1]
SYSTEMS = {"posix": Posix, "macos": MacOS, "windows": PipesAndJobs}


@pytest.fixture(scope="module", params=SYSTEMS)
def spawning(request: pytest.FixtureRequest) -> Iterator[Grader]:
    """A grader on each kind of system."""
    system = SYSTEMS[request.param]
    grader = Grader(jobs=2, sandbox_for=lambda packages: SpawnSandbox(packages, system()))
    yield grader
    grader.close()


def test_a_right_submission_passes(spawning: Grader, challenge: Challenge) -> None:
    report = spawning.grade(challenge, script(RIGHT_TWICE, RIGHT_HALF), Asked())
    assert report.verdict is Verdict.PASSED
    assert report.isolation.level == "reduced"
    assert report.isolation.layers[:2] == ("process", "empty environment")


def test_what_is_wrong_with_a_submission_is_told_as_elsewhere(
    spawning: Grader, challenge: Challenge
) -> None:
    squares = "def twice(x): return x * x"
    leaves = "import os\ndef half(x): os._exit(7)"
    report = spawning.grade(challenge, script(squares, leaves), Asked())
    found = by_name(report)
    assert statuses(report)["values_are_doubled"] == "failed"
    misconception = found["values_are_doubled"].misconception
    assert misconception is not None
    assert misconception.name == "squares"
    assert statuses(report)["values_are_halved"] == "crashed"
    assert "exit code 7" in str(found["values_are_halved"].evidence)


def test_a_loop_is_exceeded_and_costs_nothing_else(spawning: Grader, challenge: Challenge) -> None:
    loop = "def half(x):\n    while True: pass"
    report = spawning.grade(challenge, script(RIGHT_TWICE, loop), Asked())
    found = statuses(report)
    assert found["values_are_halved"] == "exceeded"
    assert found["values_are_doubled"] == "passed"


@pytest.mark.slow
def test_flash_attention_passes_by_spawned_workers(spawning: Grader) -> None:
    challenge = read_challenge(ROOT / "challenges" / "flash_attention")
    submission = read_submission(ROOT / "solutions" / "flash_attention.ipynb")
    report = spawning.grade(challenge, submission, Asked())
    assert report.verdict is Verdict.PASSED, statuses(report)


# --- what only some systems have ------------------------------------------------------------------

STRIPPED = """
import asyncio, os, select, signal, socket, subprocess, sys, time
import numpy, platformdirs  # these ask what system it is while they are imported
for name in ("resource", "fcntl", "pwd", "grp", "termios", "readline"):
    sys.modules[name] = None
POSIX = {
    os: "fork sched_getaffinity killpg uname setsid getsid getpgid getuid geteuid set_blocking",
    select: "poll POLLIN POLLOUT epoll",
    signal: "SIGKILL SIGSTOP SIGCONT pthread_sigmask",
    socket: "AF_UNIX MSG_DONTWAIT MSG_NOSIGNAL send_fds recv_fds",
    time: "clock_gettime",
}
for module, names in POSIX.items():
    for name in names.split():
        delattr(module, name)
"""
LIST = f"""{STRIPPED}
import judge
from judge.cli import run
assert run(["list"]) == 0
from judge import check, grade, hint, reset_progress, status
import judge.asking, judge.authoring.build, judge.debugging, judge.doctor, judge.grading
"""
GRADE = f"""{STRIPPED}
from pathlib import Path
from judge.grading import Asked, Grader
from judge.sandbox import spawned
from tests.doubling import RIGHT_HALF, RIGHT_TWICE, made, script, statuses
from tests.sandbox.pretended import PipesAndJobs
grader = Grader(sandbox_for=lambda packages: spawned.SpawnSandbox(packages, PipesAndJobs()))
report = grader.grade(made(Path(sys.argv[1])), script(RIGHT_TWICE, RIGHT_HALF), Asked())
assert report.verdict == "passed", statuses(report)
loop = "def half(x):\\n    while True: pass"
report = grader.grade(made(Path(sys.argv[1]) / "again"), script(RIGHT_TWICE, loop), Asked())
assert statuses(report)["values_are_halved"] == "exceeded", statuses(report)
grader.close()
"""


@pytest.mark.parametrize("code", [LIST, GRADE], ids=["list", "grade"])
def test_nothing_that_only_posix_has_is_needed(code: str, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)],
        cwd=ROOT,
        env={"HOME": str(tmp_path), "XDG_DATA_HOME": str(tmp_path), "PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_check_in_a_notebook_says_where_it_does_not_work(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(notebook, "_script", lambda: [("", "x = 1")])
    monkeypatch.setattr(kernel.os, "name", "nt")
    monkeypatch.setattr(notebook, "_question", lambda *_: {})
    notebook.check("flash_attention")
    shown = capsys.readouterr().out
    assert "does not work on this system yet" in shown
    assert "judge check ID FILE" in shown


def test_the_doctor_looks_at_spawned_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "default_sandbox", lambda packages: SpawnSandbox(packages, MacOS()))
    monkeypatch.setattr(doctor, "selfcheck", lambda sandbox, private: [])
    found = doctor.examine()
    shown = "\n".join(line.plain for line in health.lines(found))
    assert found.level == "reduced"
    assert "! memory seen from outside: there is no /proc" in shown
    assert "! rlimit DATA: " in shown
    assert "submissions can be checked here" in shown
