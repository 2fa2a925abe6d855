"""The hand-written submissions of flash attention: right ones pass, wrong ones fail as they say."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from judge.catalogue import bundled
from judge.challenge import Challenge, read_challenge
from judge.grading import Asked, Grader
from judge.results import Report, Status, Verdict
from judge.submission import read_submission

FOLDER = Path(__file__).parent / "submissions"
RIGHT = sorted(path for path in (FOLDER / "right").iterdir() if path.suffix in (".py", ".ipynb"))
WRONG = sorted((FOLDER / "wrong").glob("*.py"))
HEADER = re.compile(r"# mistake: (.+) \| fails: (\w+) \| misconception: (\w+)")
SEEDS = (1, 2, 3, 4, 5)


@pytest.fixture(scope="module")
def grader() -> Iterator[Grader]:
    found = Grader()
    yield found
    found.close()


@pytest.fixture(scope="module")
def challenge() -> Challenge:
    return read_challenge(bundled() / "flash_attention")


def header(path: Path) -> tuple[str, str, str]:
    """The mistake, the test that must fail, and the misconception expected ("none")."""
    first = path.read_text(encoding="utf-8").partition("\n")[0]
    found = HEADER.fullmatch(first)
    assert found, f"{path.name}: the first line is not a header: {first}"
    return found.group(1), found.group(2), found.group(3)


def named(report: Report) -> set[str]:
    """The misconceptions that a report names as equal."""
    found = [test.misconception for test in report.tests if test.misconception]
    return {misconception.name for misconception in found}


def with_needs(grader: Grader, challenge: Challenge, name: str) -> tuple[str, ...]:
    """A test and all that it needs, directly or not."""
    tests = {test.name: test for test in grader.kit(challenge).tests}
    wanted = [name]
    for one in wanted:
        wanted += [need for need in tests[one].needs if need not in wanted]
    return tuple(wanted)


def test_the_corpus_is_as_large_as_promised() -> None:
    assert len(RIGHT) >= 8
    assert len(WRONG) >= 25
    assert sum(header(path)[2] == "none" for path in WRONG) >= 10


@pytest.mark.parametrize("path", WRONG, ids=lambda path: path.stem)
def test_a_wrong_one_fails_the_test_it_names(
    path: Path, grader: Grader, challenge: Challenge
) -> None:
    _, name, misconception = header(path)
    asked = Asked(tests=with_needs(grader, challenge, name), seed=1)
    report = grader.grade(challenge, read_submission(path), asked)
    outcome = next(test for test in report.tests if test.name == name)
    assert outcome.status in (Status.FAILED, Status.CRASHED, Status.EXCEEDED), outcome
    assert named(report) == ({misconception} - {"none"})


@pytest.mark.slow
@pytest.mark.parametrize("path", WRONG, ids=lambda path: path.stem)
def test_a_wrong_one_does_not_pass(path: Path, grader: Grader, challenge: Challenge) -> None:
    misconception = header(path)[2]
    report = grader.grade(challenge, read_submission(path), Asked(seed=2))
    assert report.verdict is Verdict.FAILED
    assert named(report) <= {misconception} - {"none"}


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("path", RIGHT, ids=lambda path: path.stem)
def test_a_right_one_has_full_points(
    path: Path, seed: int, grader: Grader, challenge: Challenge
) -> None:
    report = grader.grade(challenge, read_submission(path), Asked(seed=seed))
    left = [
        (test.name, test.status, test.evidence) for test in report.tests if not _passed(test.status)
    ]
    assert left == []
    assert report.points.earned == report.points.possible == 100


def _passed(status: Status) -> bool:
    return status is Status.PASSED
