"""The hand-written submissions of every challenge: right ones pass, wrong ones fail as they say."""

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
FLAGSHIP = "flash_attention"
RIGHT = sorted(path for path in FOLDER.glob("*/right/*") if path.suffix in (".py", ".ipynb"))
WRONG = sorted(FOLDER.glob("*/wrong/*.py"))
HEADER = re.compile(r"# mistake: (.+) \| fails: (\w+) \| misconception: (\w+)")
SEEDS = (1, 2, 3, 4, 5)


@pytest.fixture(scope="module")
def grader() -> Iterator[Grader]:
    found = Grader()
    yield found
    found.close()


def of(path: Path) -> Challenge:
    """The challenge that a submission is for: the folder says it."""
    return read_challenge(bundled() / path.parts[-3])


def is_flagship(path: Path) -> bool:
    return path.parts[-3] == FLAGSHIP


def label(path: Path) -> str:
    return path.stem if is_flagship(path) else f"{path.parts[-3]}-{path.stem}"


def header(path: Path) -> tuple[str, str, str]:
    """The mistake, the test that must fail, and the misconception expected ("none")."""
    first = path.read_text(encoding="utf-8").partition("\n")[0]
    found = HEADER.fullmatch(first)
    assert found, f"{path.name}: the first line is not a header: {first}"
    return found.group(1), found.group(2), found.group(3)


def named(report: Report) -> set[str]:
    """The misconceptions that a report names as equal."""
    found = [test.misconception for test in report.tests if test.misconception]
    return {misconception.name for misconception in found if misconception.match == "equals"}


def with_needs(grader: Grader, challenge: Challenge, name: str) -> tuple[str, ...]:
    """A test and all that it needs, directly or not."""
    tests = {test.name: test for test in grader.kit(challenge).tests}
    wanted = [name]
    for one in wanted:
        wanted += [need for need in tests[one].needs if need not in wanted]
    return tuple(wanted)


def test_the_corpus_is_as_large_as_promised() -> None:
    assert sum(is_flagship(path) for path in RIGHT) >= 8
    wrong = [path for path in WRONG if is_flagship(path)]
    assert len(wrong) >= 25
    assert sum(header(path)[2] == "none" for path in wrong) >= 10


def test_every_torch_challenge_has_wrong_ones_of_another_kind() -> None:
    found = [read_challenge(file.parent) for file in bundled().glob("*/challenge.toml")]
    torch = [challenge.id for challenge in found if challenge.profile == "torch"]
    assert len(torch) >= 20
    for id in torch:
        assert len(list((FOLDER / id / "wrong").glob("*.py"))) >= 2, id


@pytest.mark.parametrize("path", WRONG, ids=label)
def test_a_wrong_one_fails_the_test_it_names(path: Path, grader: Grader) -> None:
    _, name, misconception = header(path)
    challenge = of(path)
    # A mistake is named when all tests that see it were asked: of the flagship, those few.
    tests = with_needs(grader, challenge, name) if is_flagship(path) else ()
    asked = Asked(tests=tests, seed=1)
    report = grader.grade(challenge, read_submission(path), asked)
    outcome = next(test for test in report.tests if test.name == name)
    assert outcome.status in (Status.FAILED, Status.CRASHED, Status.EXCEEDED), outcome
    assert named(report) == ({misconception} - {"none"})


@pytest.mark.slow
@pytest.mark.parametrize("path", WRONG, ids=label)
def test_a_wrong_one_does_not_pass(path: Path, grader: Grader) -> None:
    misconception = header(path)[2]
    report = grader.grade(of(path), read_submission(path), Asked(seed=2))
    assert report.verdict is Verdict.FAILED
    assert named(report) <= {misconception} - {"none"}


def full_points(path: Path, seed: int, grader: Grader) -> None:
    report = grader.grade(of(path), read_submission(path), Asked(seed=seed))
    left = [
        (test.name, test.status, test.evidence)
        for test in report.tests
        if test.status is not Status.PASSED and test.group == "core"
    ]
    assert left == []
    assert report.points.earned == report.points.possible


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("path", RIGHT, ids=label)
def test_a_right_one_has_full_points(path: Path, seed: int, grader: Grader) -> None:
    full_points(path, seed, grader)


@pytest.mark.parametrize("path", [path for path in RIGHT if not is_flagship(path)], ids=label)
def test_a_right_one_in_torch_has_full_points(path: Path, grader: Grader) -> None:
    full_points(path, 6, grader)
