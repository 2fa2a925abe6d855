"""One function for each figure of the README. Each returns a row: what, measured, limit."""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

import numpy as np

from judge.catalogue import bundled
from judge.challenge import Challenge, read_challenge, reference_submission
from judge.checking import Checker, Wish
from judge.grading import Asked, Grader
from judge.sandbox.process import ProcessSandbox
from judge.student import Student
from tests.bench.bare import bare_seconds
from tests.classroom.generated import fill_class
from tests.kernels import kernel

RUNS = 9
SEED = 3
JUDGE = str(Path(sys.executable).with_name("judge"))


@dataclass(frozen=True)
class Row:
    what: str
    measured: str
    limit: str
    kept: bool


def median(call: Callable[[], object], runs: int = RUNS) -> float:
    """Median seconds of a call, after one that does not count."""
    call()
    found = []
    for _ in range(runs):
        started = time.perf_counter()
        call()
        found.append(time.perf_counter() - started)
    return statistics.median(found)


def paired(left: list[str], right: list[str], runs: int = 15) -> tuple[float, float]:
    """Median seconds of two commands run in turn, so that a drift of the machine hits both."""
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(runs):
        for command, found in zip((left, right), times, strict=True):
            started = time.perf_counter()
            subprocess.run(command, check=True, capture_output=True)
            found.append(time.perf_counter() - started)
    return statistics.median(times[0]), statistics.median(times[1])


def ratio(what: str, left: list[str], right: list[str], limit: float) -> Row:
    mine, theirs = paired(left, right)
    found = mine / theirs
    measured = f"{found:.2f} times ({mine * 1000:.0f} of {theirs * 1000:.0f} ms)"
    return Row(what, measured, f"{limit} times", found <= limit)


def milliseconds(what: str, seconds: float, limit: float) -> Row:
    return Row(what, f"{seconds * 1000:.2f} ms", f"{limit * 1000:g} ms", seconds <= limit)


# --- start-up ---------------------------------------------------------------------------------


def listing() -> Row:
    """`judge list` with 60 challenges, against importing what draws it."""
    python = [sys.executable, "-c", "import click, rich.console, rich.table"]
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "challenges"
        index = json.loads((bundled() / "index.json").read_bytes())
        sample = index["challenges"][0]
        index["challenges"] = [{**sample, "id": f"challenge_{n}"} for n in range(60)]
        for entry in index["challenges"]:
            (root / entry["id"]).mkdir(parents=True)
            shutil.copy(bundled() / sample["id"] / "challenge.toml", root / entry["id"])
        (root / "index.json").write_text(json.dumps(index), encoding="utf-8")
        command = [JUDGE, "list", "--challenges", str(root)]
        return ratio(
            "`judge list`, 60 challenges, over importing click and rich", command, python, 1.6
        )


def importing() -> Row:
    left, right = [sys.executable, "-c", "import judge"], [sys.executable, "-c", "pass"]
    return ratio("`import judge` over `python -c pass`", left, right, 3.0)


# --- a whole check ----------------------------------------------------------------------------


def flagship_check(challenge: Challenge) -> Iterator[Row]:
    """A check of the reference: warm against the same work bare, and the command against warm.

    One after the other in each round, so that a drift of the machine hits all three. All measure
    the reference as well: what a warm check remembers of it is forgotten before each round.
    """
    cores = len(os.sched_getaffinity(0))
    submission = reference_submission(challenge)
    grader = Grader()
    asked = Asked(seed=SEED, diagnose=False)
    notebook = str(bundled("solutions") / f"{challenge.id}.ipynb")
    command = [JUDGE, "check", challenge.id, notebook, "--seed", str(SEED)]
    grader.grade(challenge, submission, asked)
    bare, warm, more = [], [], []
    for _ in range(5):
        bare.append(bare_seconds(challenge, SEED) / cores)
        grader.kit(challenge)._figures.clear()
        warm.append(_seconds(lambda: grader.grade(challenge, submission, asked)))
        whole = _seconds(lambda: subprocess.run(command, check=True, capture_output=True))
        more.append(whole - warm[-1])
    grader.close()
    what = f"warm check of {challenge.id} over the same work bare / {cores} cores"
    mine, theirs = statistics.median(warm), statistics.median(bare)
    measured = f"{mine / theirs:.2f} times ({mine:.2f} of {theirs:.2f} s)"
    yield Row(what, measured, "1.3 times", mine / theirs <= 1.3)
    extra = statistics.median(more)
    what = f"`judge check {challenge.id}`, over the warm check"
    yield Row(what, f"{extra:.2f} s more ({extra + mine:.2f} s)", "0.3 s more", extra <= 0.3)


def _seconds(call: Callable[[], object]) -> float:
    started = time.perf_counter()
    call()
    return time.perf_counter() - started


def kernel_check() -> Row:
    """A second check in a kernel, over the same check in a warm process."""
    _, later, tests = _in_a_kernel("softmax_numpy")
    return milliseconds("second check in a kernel, over its tests", later - tests, 0.1)


def _in_a_kernel(id: str) -> tuple[float, float, float]:
    """Seconds of a kernel's first check of a solution, of later ones, and of its tests alone."""
    challenge = read_challenge(bundled() / id)
    submission = reference_submission(challenge)
    timed = f"import time; t = time.perf_counter(); check({id!r}); time.perf_counter() - t"
    with tempfile.TemporaryDirectory() as folder, kernel(Path(folder)) as running:
        running.run("from judge import check")
        for cell in submission.cells:
            running.run(cell.source)
        first, *later = (float(running.run(timed).splitlines()[-1]) for _ in range(RUNS + 1))
    grader = Grader()
    tests = median(lambda: grader.grade(challenge, submission, Asked()))
    grader.close()
    return first, statistics.median(later), tests


# --- torch ------------------------------------------------------------------------------------


def torch_in_a_kernel() -> Iterator[Row]:
    """The first check of a torch challenge in a kernel, and later ones."""
    command = [sys.executable, "-c", "import torch"]
    imported = median(lambda: subprocess.run(command, check=True, capture_output=True), 5)
    first, later, tests = _in_a_kernel("softmax")
    more = first - imported
    what = "first torch check in a kernel, over `import torch`; with the recorder"
    yield Row(what, f"{more:.2f} s more ({first:.2f} s)", "3 s more", more <= 3.0)
    yield milliseconds("later torch checks in a kernel, over the tests", later - tests, 0.15)


def torch_references() -> Row:
    """Every torch solution through `judge.grade`, in one process."""
    challenges = (read_challenge(file.parent) for file in bundled().glob("*/challenge.toml"))
    ids = sorted(challenge.id for challenge in challenges if challenge.profile == "torch")
    folder = bundled("solutions")
    code = (
        "import judge, pathlib, sys\n"
        "for id in sys.argv[2:]:\n"
        "    report = judge.grade(id, pathlib.Path(sys.argv[1]) / f'{id}.ipynb')\n"
        "    assert report.verdict == 'passed', id\n"
    )
    started = time.perf_counter()
    subprocess.run([sys.executable, "-c", code, str(folder), *ids], check=True)
    seconds = time.perf_counter() - started
    what = f"{len(ids)} torch solutions through `judge.grade`, in one process"
    return Row(what, f"{seconds:.1f} s", "20 s", seconds <= 20.0)


# --- the sandbox ------------------------------------------------------------------------------


@contextmanager
def sandbox() -> Iterator[ProcessSandbox]:
    found = ProcessSandbox(("numpy",))
    found.start()
    yield found
    found.close()


def _seconds_of_a_worker() -> float:
    """From asking for a worker to its first answer."""
    with sandbox() as box:
        seconds = []
        for _ in range(200):
            started = time.perf_counter()
            with box.worker(1 << 30) as worker:
                worker.ask("random", {}, 5.0)
                seconds.append(time.perf_counter() - started)
        return statistics.median(seconds)


def fork_to_answer() -> Iterator[Row]:
    """With all layers, and what they cost."""
    bare = _seconds_of_a_worker_without_layers()
    found = _seconds_of_a_worker()
    yield milliseconds("fork to first answer, all layers", found, 0.005)
    what = "cost of all layers for a worker (Landlock, seccomp, namespaces, privileges)"
    yield milliseconds(what, found - bare, 0.003)


def _seconds_of_a_worker_without_layers() -> float:
    with patch("judge.sandbox.forkserver._CONFINE", "tests.attacks.layers_off"):
        return _seconds_of_a_worker()


def round_trip() -> Row:
    challenge = read_challenge(bundled() / "softmax_numpy")
    grader = Grader()
    kit = grader.kit(challenge)
    kit.sandbox.start()
    with kit._open_reference() as student:
        seconds = median(lambda: _small_call(student), 500)
    grader.close()
    return milliseconds("round trip of a small call", seconds, 0.0002)


def _small_call(student: Student) -> None:
    student._left = 60.0
    student.call("softmax", np.array([1.0, 2.0]))


# --- memory of the trusted process --------------------------------------------------------------


def memory_over(id: str, checks: int, *, before: int = 1) -> Row:
    """Resident memory over `checks` checks: the median of the last third over the first third's.

    Those `before` do not count: they import, fill caches, and give the heap its size. What is
    looked for is growth that goes on.
    """
    challenge = read_challenge(bundled() / id)
    submission = reference_submission(challenge)
    checker = Checker(record=False)
    seen = []
    for number in range(before + checks):
        checker.check(Wish(id, seed=number), submission)
        seen.append(resident())
    checker.close()
    grew = (seen[before] - seen[1]) / 2**20
    del seen[:before]
    third = max(1, checks // 3)
    grown = (statistics.median(seen[-third:]) - statistics.median(seen[:third])) / 2**20
    what = f"trusted process over {checks} checks of {id}"
    what += f", after {before} that gave {grew:+.1f} MiB" * (before > 1)
    return Row(what, f"{grown:+.1f} MiB", "flat (4 MiB)", grown <= 4)


def resident(pid: int | str = "self") -> int:
    """Bytes that a process holds in memory; 0 when it has gone."""
    try:
        fields = Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()
    except OSError:
        return 0
    return int(fields[1]) * os.sysconf("SC_PAGE_SIZE")


# --- a class ------------------------------------------------------------------------------------


def pages_of_a_class(students: int = 500) -> Iterator[Row]:
    """`judge report --html` over submissions of flash_attention: seconds, bytes of all pages."""
    with tempfile.TemporaryDirectory() as folder:
        out, html = Path(folder) / "OUT", Path(folder) / "html"
        fill_class(out, students)
        command = [JUDGE, "report", str(out), "--html", str(html)]
        started = time.perf_counter()
        subprocess.run(command, check=True, capture_output=True)
        seconds = time.perf_counter() - started
        size = sum(file.stat().st_size for file in html.rglob("*.html")) / 1e6
    what = f"`judge report --html` of {students} submissions"
    yield Row(what, f"{seconds:.1f} s", "5 s", seconds <= 5)
    yield Row(f"{what}: all pages", f"{size:.1f} MB", "20 MB", size <= 20)
