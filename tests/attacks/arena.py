"""Where attacks are graded: one grader, what was printed, and what was left behind."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from judge.challenge import Challenge
from judge.grading import Asked, Grader
from judge.manifest import read_challenge
from judge.results import Report, Verdict
from judge.sandbox import forkserver
from judge.submission import read_submission
from tests.attacks.corpus import CHALLENGE, PROGRAMS, Attack, ListeningSandbox

WORD = "umbrella-4711, which only the environment of the judge holds"
LAYERS_OFF = "tests.attacks.layers_off"
_COMMON = ("/tmp", "/var/tmp", "/dev/shm")  # noqa: S108  looked at, never written to


@dataclass(frozen=True)
class Graded:
    """One submission graded: the report, and all that its workers printed."""

    report: Report
    printed: str

    @property
    def outcomes(self) -> set[str]:
        """The outcomes of its tests as attacks name them."""
        if self.report.verdict is Verdict.REFUSED:
            return {"refused"}
        return {test.status.value.replace("_", " ") for test in self.report.tests}

    @property
    def reached(self) -> list[str]:
        """What an attack says it got hold of."""
        lines = self.printed.splitlines()
        return sorted({line for line in lines if line.startswith("REACHED ")})


@dataclass(frozen=True)
class Arena:
    """A challenge, a grader of two jobs, and ears."""

    challenge: Challenge
    sandbox: ListeningSandbox
    grader: Grader

    def grade(self, path: Path, tests: Sequence[str] = ()) -> Graded:
        report = self.grader.grade(self.challenge, read_submission(path), Asked(tests=tuple(tests)))
        return Graded(report, self.sandbox.heard())

    def attack(self, attack: Attack) -> Graded:
        return self.grade(attack.path, attack.tests)

    def right_one_passes(self) -> bool:
        """The positive control: a right submission has all points, here and now."""
        report = self.grade(PROGRAMS / "right.py").report
        return report.verdict is Verdict.PASSED and report.points.earned == 4

    def left(self) -> list[str]:
        """The processes that live on under the fork server, beside the one that is ready ahead."""
        server = self.sandbox.start()._process.pid
        text = Path(f"/proc/{server}/task/{server}/children").read_text(encoding="ascii")
        return text.split()[1:]


def files_left() -> list[str]:
    """Names where a submission might have left something."""
    folders = [*map(Path, _COMMON)]
    found = [str(path) for folder in folders for path in folder.glob("judge-attack*")]
    return sorted(found + [str(path) for path in (*Path.cwd().iterdir(), *Path.home().iterdir())])


@contextlib.contextmanager
def arena(home: Path, *, layers: bool, challenge: Path = CHALLENGE) -> Iterator[Arena]:
    """An arena whose home and working folder are `home`; without `layers` nothing is confined."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("JUDGE_ATTACK_SECRET", WORD)
        patch.setenv("HOME", str(home))
        patch.chdir(home)
        if not layers:
            patch.setattr(forkserver, "_CONFINE", LAYERS_OFF)
        chosen = read_challenge(challenge)
        sandbox = ListeningSandbox(chosen.imports)
        grader = Grader(jobs=2, _sandboxes={chosen.imports: sandbox})
        try:
            yield Arena(chosen, sandbox, grader)
        finally:
            grader.close()
