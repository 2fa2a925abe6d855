"""The figures of `judge grade`: how fast a class is graded, and what it costs to grade a large one.

python -m tests.bench.many [SUBMISSIONS]   # 10,000 unless said otherwise; takes a while
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from judge.catalogue import bundled
from judge.challenge import Challenge, read_challenge, reference_submission
from judge.classroom.store import FILE
from tests.bench.bare import bare_seconds
from tests.bench.figures import JUDGE, Row, resident

_MIB = 1 << 20


@dataclass(frozen=True)
class Class:
    """One run of `judge grade`, as it was seen from outside."""

    submissions: int
    seconds: float
    until_first: float  # seconds
    times: Sequence[float]  # when each result was there, in seconds since the first
    resident: Sequence[int]  # of the command, now and then

    @property
    def each(self) -> float:
        return self.seconds / self.submissions


def graded(challenge: Challenge, submissions: int) -> Class:
    """Grade so many submissions that differ by a comment."""
    cells = reference_submission(challenge).cells
    source = "\n\n".join(cell.source for cell in cells)
    with tempfile.TemporaryDirectory() as home:
        folder, out = Path(home, "handed"), Path(home, "out")
        folder.mkdir()
        for number in range(submissions):
            (folder / f"student{number:05d}.py").write_text(f"{source}\n# {number}\n")
        command = [JUDGE, "grade", str(folder), "-c", challenge.id, "-o", str(out), "--seed", "1"]
        return _watched(command, out / FILE, submissions)


def _watched(command: Sequence[str], file: Path, submissions: int) -> Class:
    started = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    held, first = [], 0.0
    while process.poll() is None:
        time.sleep(0.02 if not first else 0.5)
        if not first and _count(file):
            first = time.perf_counter() - started
        held.append(resident(process.pid))
    seconds = time.perf_counter() - started
    if process.returncode:
        raise SystemExit(f"judge grade ended with {process.returncode}")
    times = _times(file)
    return Class(submissions, seconds, first or seconds, times, [use for use in held if use])


def _count(file: Path) -> int:
    try:
        with contextlib.closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as database:
            return int(database.execute("SELECT count(*) FROM results").fetchone()[0])
    except sqlite3.OperationalError:
        return 0


def _times(file: Path) -> list[float]:
    query = "SELECT (julianday(graded) - 2460000) * 86400 FROM results ORDER BY graded"
    with contextlib.closing(sqlite3.connect(file)) as database:
        found = [row[0] for row in database.execute(query)]
    return [when - found[0] for when in found]


def throughput(submissions: int = 20) -> Row:
    """Submissions of the flagship in a second, over what the cores could do bare."""
    challenge = read_challenge(bundled() / "flash_attention")
    bare = min(bare_seconds(challenge, 1) for _ in range(2))  # the first also imports
    found = graded(challenge, submissions)
    possible = len(os.sched_getaffinity(0)) / bare
    share = submissions / found.seconds / possible
    what = f"{submissions} flash_attention submissions, rate over cores / bare seconds"
    measured = f"{share:.2f} ({found.each:.2f} s each, {bare:.2f} s bare)"
    return Row(what, measured, "0.8", share >= 0.8)


def large(submissions: int) -> Iterator[Row]:
    """A cheap challenge, many times: time and memory must not grow with what is done already."""
    found = graded(read_challenge(bundled() / "softmax_numpy"), submissions)
    yield Row(
        "`judge grade`: first result", f"{found.until_first:.2f} s", "2 s", found.until_first <= 2
    )
    tenth = max(2, submissions // 10)
    early = found.times[tenth] / tenth
    late = (found.times[-1] - found.times[-1 - tenth]) / tenth
    what = f"time for each of {submissions} softmax_numpy, last tenth over first"
    measured = f"{late / early:.2f} times ({late * 1000:.0f} of {early * 1000:.0f} ms)"
    yield Row(what, measured, "flat (1.2)", late <= 1.2 * early)
    third = max(1, len(found.resident) // 3)
    begin = statistics.median(found.resident[third : 2 * third])
    grown = (statistics.median(found.resident[-third:]) - begin) / _MIB
    what = f"`judge grade` over {submissions} submissions, last third over the middle one"
    yield Row(what, f"{grown:+.1f} MiB ({begin / _MIB:.0f})", "flat (8 MiB)", grown <= 8)


def main() -> None:
    submissions = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    for row in large(submissions):
        over = "" if row.kept else " OVER"
        sys.stdout.write(f"| {row.what} | {row.measured} | {row.limit} |{over}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
