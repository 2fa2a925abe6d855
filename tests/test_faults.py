"""Faults of our own side: each is told, nothing is lost, and nothing is left running."""

from __future__ import annotations

import contextlib
import ctypes
import errno
import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from judge import files, progress
from judge.__main__ import main
from judge.asking import EXIT_CODES
from judge.grading import Asked, Grader
from judge.manifest import Challenge
from judge.report import terminal
from judge.results import Died, Status, Verdict
from tests import doubling
from tests.sandbox.processes import children_of, eventually, is_alive

SEED = 20_260_314
PR_SET_CHILD_SUBREAPER = 36
# A hidden test that strikes in the middle of a call, once: the submission calls the judge back.
TESTS = """
import os
import signal
from pathlib import Path

from judge.calls import Recorded
from judge.testing import expect_close, hidden_test
from tests.sandbox.processes import eventually, is_alive

ORDER = Path({order!r})


def parent(pid):
    return int(Path(f"/proc/{{pid}}/stat").read_text().rpartition(")")[2].split()[1])


@hidden_test(task="twice", points=6, limit=10)
def values_are_doubled(student):
    '''Twice two is four.'''
    def two():
        if ORDER.exists():
            worker, server = student._worker.pid, parent(student._worker.pid)
            os.kill({{"worker": worker, "server": server}}[ORDER.read_text()], signal.SIGKILL)
            ORDER.unlink()
            assert eventually(lambda: not is_alive(worker))
        return 2.0
    expect_close(student.call("twice", Recorded(two)), 4.0, name="y")


@hidden_test(task="half", points=2, limit=10)
def values_are_halved(student):
    '''Half of four is two.'''
    expect_close(student.call("half", 4.0), 2.0, name="y")
"""
RIGHT = doubling.script("def twice(x): return 2 * x()", doubling.RIGHT_HALF)
SOFTMAX = """import numpy as np

def softmax(x, axis=-1):
    e = np.exp(x - x.max(axis=axis, keepdims=True))
    return e / e.sum(axis=axis, keepdims=True)
"""


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A place for progress that is not the user's."""
    folder = tmp_path / "data"
    monkeypatch.setenv("JUDGE_DATA", str(folder))
    return folder


@pytest.fixture
def softmax(tmp_path: Path) -> Path:
    path = tmp_path / "softmax_numpy.py"
    path.write_text(SOFTMAX, encoding="utf-8")
    return path


# --- killed processes -----------------------------------------------------------------------------


@dataclass(frozen=True)
class Struck:
    """A challenge whose first test kills what `order` names, and a grader of its own."""

    challenge: Challenge
    grader: Grader
    order: Path

    def grade(self, victim: str | None = None) -> Any:
        if victim is not None:
            self.order.write_text(victim)
        return self.grader.grade(self.challenge, RIGHT, Asked())


@pytest.fixture(params=[1, 2], ids=["one job", "two jobs"])
def struck(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Struck]:
    order = tmp_path / "order"
    challenge = doubling.made(tmp_path / "challenges", tests=TESTS.format(order=str(order)))
    grader = Grader(jobs=request.param)
    yield Struck(challenge, grader, order)
    grader.close()


def test_a_killed_fork_server_is_our_fault_and_the_next_check_works(
    struck: Struck, data: Path
) -> None:
    assert struck.grade().verdict is Verdict.PASSED
    report = struck.grade("server")
    assert report.verdict is Verdict.BROKEN
    assert EXIT_CODES[report.verdict] == 3
    assert report.tests[0].status is Status.BROKEN
    assert "fork server" in report.tests[0].reason
    assert report.points.earned <= 2
    assert "fork server" in terminal.text(report)
    assert progress.record(report) == ()
    assert progress.read().tallies == {}
    assert struck.grade().verdict is Verdict.PASSED


def test_a_server_killed_between_two_checks_is_not_even_noticed(struck: Struck) -> None:
    assert struck.grade().verdict is Verdict.PASSED
    sandbox: Any = struck.grader.kit(struck.challenge).sandbox
    server = sandbox.start()._process.pid
    os.kill(server, signal.SIGKILL)
    assert eventually(lambda: not is_alive(server))
    assert struck.grade().verdict is Verdict.PASSED


def test_a_worker_killed_from_outside_has_crashed_with_its_signal(struck: Struck) -> None:
    """As the kernel does it when memory runs out."""
    report = struck.grade("worker")
    first, second = report.tests
    assert (first.status, second.status) == (Status.CRASHED, Status.PASSED)
    assert isinstance(first.evidence, Died)
    assert first.evidence.how == "killed by signal 9 (SIGKILL)"
    assert "SIGKILL" in terminal.text(report)
    assert struck.grade().verdict is Verdict.PASSED


# --- the disk -------------------------------------------------------------------------------------


def mounted(folder: Path) -> bool:
    """Whether `folder` has become a file system of 16 kB; that takes the rights of root."""
    command = ["mount", "-t", "tmpfs", "-o", "size=16k", "tmpfs", str(folder)]
    done = subprocess.run(command, check=False, capture_output=True)
    return done.returncode == 0


@contextlib.contextmanager
def full_disk(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No more bytes can be written to `folder`, which is mounted; else none at all."""
    if os.path.ismount(folder):
        with contextlib.suppress(OSError), (folder / "filler").open("wb", buffering=0) as filler:
            while True:
                filler.write(bytes(512))
        yield
        return

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(files.os, "fsync", full)
        yield


@pytest.fixture
def small(data: Path) -> Iterator[Path]:
    """A data folder on a small disk where that can be had."""
    data.mkdir()
    made = mounted(data)
    yield data
    if made:
        subprocess.run(["umount", str(data)], check=True)


def test_a_full_disk_costs_no_report_and_no_progress(
    small: Path, softmax: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", "softmax_numpy", str(softmax)]) == 0
    kept = (small / "progress.json").read_bytes()
    capsys.readouterr()
    with full_disk(small, monkeypatch):
        assert main(["check", "softmax_numpy", str(softmax)]) == 0
    out = " ".join(capsys.readouterr().out.split())
    assert "10 of 10 points" in out
    assert "Your progress is not saved" in out
    assert "No space left on device" in out
    assert (small / "progress.json").read_bytes() == kept
    assert not list(small.glob(".progress*"))


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "judge", *arguments]


def test_an_output_that_is_full_is_told(data: Path, softmax: Path) -> None:
    for arguments in (["list"], ["check", "softmax_numpy", str(softmax)], ["schema"]):
        with Path("/dev/full").open("wb") as full:
            done = subprocess.run(
                command(*arguments), stdout=full, stderr=subprocess.PIPE, text=True, timeout=60
            )
        assert done.returncode == 2
        assert done.stderr.startswith("The disk is full")
        assert "Traceback" not in done.stderr


def test_a_damaged_progress_file_is_set_aside_by_the_next_check(
    data: Path, softmax: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", "softmax_numpy", str(softmax)]) == 0
    whole = (data / "progress.json").read_bytes()
    for broken in (whole[: len(whole) // 2], bytes(len(whole)), b""):
        (data / "progress.json").write_bytes(broken)
        capsys.readouterr()
        assert main(["check", "softmax_numpy", str(softmax)]) == 0
        assert "begins anew" in " ".join(capsys.readouterr().out.split())
        assert progress.read().of("softmax_numpy").attempts == 1
    assert len(list(data.glob("progress.damaged-*"))) == 3


# --- Ctrl-C ---------------------------------------------------------------------------------------

# What the installed command does, with a sign that its first line is about to run.
TYPED = """
import os, sys
from judge.__main__ import main
os.write(int(sys.argv.pop(1)), b"!")
sys.exit(main())
"""


@contextlib.contextmanager
def adopting() -> Iterator[None]:
    """What commands leave running becomes a child of this process, where it can be seen."""
    libc = ctypes.CDLL(None)
    libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    yield
    libc.prctl(PR_SET_CHILD_SUBREAPER, 0, 0, 0, 0)


def reaped(before: Sequence[int]) -> bool:
    """Whether no child lives that was not there before; those that ended are taken leave of."""
    new = set(children_of(os.getpid())) - set(before)
    for pid in new:
        with contextlib.suppress(ChildProcessError):
            os.waitpid(pid, os.WNOHANG)
    return not any(is_alive(pid) for pid in new)


@dataclass(frozen=True)
class Ran:
    code: int
    out: str
    err: str
    seconds: float

    @property
    def fault(self) -> str | None:
        """What is wrong about the end of a check that may have been interrupted."""
        interrupted = self.code == 130 and self.err == "Interrupted.\n"
        finished = self.code == 0 and "10 of 10 points" in self.out and not self.err
        return None if interrupted or finished else f"{self.code}: {self.out}{self.err}"


def check(file: Path, delay: float | None) -> Ran:
    """A real check in a session of its own; Ctrl-C in it `delay` seconds after its beginning."""
    reading, writing = os.pipe()
    process = subprocess.Popen(
        [sys.executable, "-c", TYPED, str(writing), "check", "softmax_numpy", str(file)],
        pass_fds=[writing],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    os.close(writing)
    with open(reading, "rb") as begun:  # noqa: PTH123  a descriptor
        begun.read(1)
    started = time.monotonic()
    if delay is not None:
        threading.Event().wait(delay)
        os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=60)
    return Ran(process.returncode, out, err, time.monotonic() - started)


def interrupted(file: Path, times: int) -> list[str]:
    """What goes wrong when a check is interrupted at random moments, so many times."""
    chance = random.Random(SEED)  # noqa: S311  drawn again in the same way
    wrong = []
    with adopting():
        before = children_of(os.getpid())
        whole = check(file, None)
        assert whole.fault is None
        for _ in range(times):
            delay = chance.uniform(0.0, 1.1) * whole.seconds
            ran = check(file, delay)
            where = f"after {delay:.3f} of {whole.seconds:.3f} s"
            if ran.fault is not None:
                wrong.append(f"{where}: {ran.fault}")
            if not eventually(lambda: reaped(before)):
                wrong.append(f"{where}: something is left running")
            if progress.read().notes:
                wrong.append(f"{where}: {progress.read().notes}")
    return wrong


def test_ctrl_c_at_a_few_moments(data: Path, softmax: Path) -> None:
    assert interrupted(softmax, 5) == []


@pytest.mark.slow
def test_ctrl_c_at_fifty_moments(data: Path, softmax: Path) -> None:
    assert interrupted(softmax, 50) == []
    assert json.loads((data / "progress.json").read_bytes())["challenges"]["softmax_numpy"]


@pytest.mark.parametrize("hidden", ["ImportError('half of it')", "KeyboardInterrupt()"])
def test_ctrl_c_that_something_hides_is_still_heard(hidden: str, tmp_path: Path) -> None:
    """A compiled module makes its own error of it; `__del__` drops it."""
    begin = "import os, signal, sys, time\nimport judge.cli\nfrom judge.__main__ import main\n"
    press = "    os.kill(os.getpid(), signal.SIGINT)\n"
    wait = "time.sleep(9)\n"
    if "Import" in hidden:
        body = f"  try:\n{press}    {wait}  except KeyboardInterrupt:\n    raise {hidden}\n"
    else:
        begin += f"class Dropped:\n  def __del__(self):\n{press}    {wait}"
        body = f"  Dropped()\n  {wait}"
    program = f"{begin}def run(_):\n{body}judge.cli.run = run\nsys.exit(main())\n"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, cwd=tmp_path, timeout=60
    )
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "Interrupted.\n")
