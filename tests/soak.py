"""Many checks in one process, hostile ones among them: outcomes, memory, processes, descriptors.

    python -m tests.soak [N]

N checks, 2000 by default: of `softmax_numpy`, right and wrong ones in turn, and every fifth an
attack of `tests/attacks`. All share one grader and one fork server. Exit code 1 when an outcome is
not the one expected, or when a process or a descriptor is left.
"""

from __future__ import annotations

import os
import platform
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path

from judge.catalogue import bundled
from judge.challenge import reference_submission
from judge.grading import Asked
from judge.manifest import Challenge, read_challenge
from judge.results import Verdict
from judge.submission import Submission, submission_from_cells
from tests.attacks.arena import Arena, arena
from tests.attacks.corpus import Attack, attacks
from tests.sandbox.processes import descriptors

CHECKS = 2000
_ATTACK_EVERY = 5
_WRONG = "import numpy as np\ndef softmax(x, axis=-1):\n    return np.exp(x) / np.exp(x).sum()\n"


@dataclass(frozen=True)
class Figures:
    """What this process and its fork server hold at one moment."""

    resident: int  # bytes, of this process
    server: int  # bytes, of the fork server
    processes: int  # descendants of this process
    descriptors: int  # of this process; nobody may count those of the server

    def __str__(self) -> str:
        return (
            f"{self.resident / 1e6:7.1f} MB here, {self.server / 1e6:6.1f} MB in the fork server, "
            f"{self.processes} processes, {self.descriptors} descriptors"
        )


@dataclass
class Soak:
    """A run: what was not as expected, and the figures at each look."""

    wrong: list[str] = field(default_factory=list)
    looks: list[Figures] = field(default_factory=list)

    @property
    def is_flat(self) -> bool:
        """Whether nothing is left behind: compared after a quarter, as caches fill at first."""
        first, last = self.looks[1], self.looks[-1]
        same = (first.processes, first.descriptors) == (last.processes, last.descriptors)
        return same and last.resident - first.resident < 32e6 and last.server - first.server < 8e6


def soak(place: Arena, checks: int) -> Soak:
    """Make `checks` checks; look before them and after each quarter."""
    found = Soak()
    hostile = cycle(attacks())
    challenge = read_challenge(bundled() / "softmax_numpy")
    submissions = _submissions(challenge)
    for number in range(checks + 1):
        if number % max(1, checks // 4) == 0:
            found.looks.append(_look(place))
        if number % _ATTACK_EVERY == _ATTACK_EVERY - 1:
            found.wrong += _attack(place, next(hostile))
        else:
            found.wrong += _check(place, challenge, *next(submissions))
    return found


def _submissions(challenge: Challenge) -> Iterator[tuple[Submission, Verdict]]:
    right = reference_submission(challenge)
    wrong = submission_from_cells([("", _WRONG)], "wrong.py", "script")
    return cycle([(right, Verdict.PASSED), (wrong, Verdict.FAILED)])


def _check(
    place: Arena, challenge: Challenge, submission: Submission, expected: Verdict
) -> Iterator[str]:
    report = place.grader.grade(challenge, submission, Asked())
    place.sandbox.heard()
    if report.verdict is not expected:
        yield f"softmax_numpy {report.verdict}, not {expected}, with seed {report.seed}"


def _attack(place: Arena, attack: Attack) -> Iterator[str]:
    graded = place.attack(attack)
    expected = attack.expected(place.sandbox.level)
    if expected != "open" and graded.outcomes != {expected}:
        yield f"{attack.name} ended as {sorted(graded.outcomes)}, not as {expected}"
    if place.sandbox.level == "full" and graded.reached:
        yield f"{attack.name}: {graded.reached}"


def _look(place: Arena) -> Figures:
    here, server = os.getpid(), place.sandbox.start()._process.pid
    return Figures(
        resident=_resident(here),
        server=_resident(server),
        processes=len(list(_descendants(here))),
        descriptors=descriptors(),
    )


def _resident(pid: int) -> int:
    pages = Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1]
    return int(pages) * os.sysconf("SC_PAGE_SIZE")


def _descendants(pid: int) -> Iterator[int]:
    for path in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in map(int, path.read_text(encoding="ascii").split()):
            yield child
            yield from _descendants(child)


def main() -> int:
    checks = int(sys.argv[1]) if len(sys.argv) > 1 else CHECKS
    with tempfile.TemporaryDirectory() as home, arena(Path(home), layers=True) as place:
        place.sandbox.start()
        _say(f"python {platform.python_version()}, uid {os.getuid()}, {place.sandbox.level}")
        found = soak(place, checks)
    for number, figures in enumerate(found.looks):
        _say(f"{number * (checks // 4):6d} checks: {figures}")
    for text in found.wrong:
        _say(f"not as expected: {text}")
    _say(f"{len(found.wrong)} outcomes not as expected; {'flat' if found.is_flat else 'NOT FLAT'}")
    return 0 if found.is_flat and not found.wrong else 1


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
