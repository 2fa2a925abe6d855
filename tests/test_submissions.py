"""The hand-written submissions of every challenge: right ones pass, wrong ones fail as they say."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from judge.catalogue import bundled
from judge.challenge import Challenge, read_challenge
from judge.grading import Asked, Grader
from judge.mutants import read_mutants
from judge.results import Status, Verdict
from judge.submission import read_submission
from tests.naming import (
    FOLDER,
    WRONG,
    Header,
    Naming,
    header,
    named,
    naming,
    of,
    said,
)

FLAGSHIP = "flash_attention"
RIGHT = sorted(path for path in FOLDER.glob("*/right/*") if path.suffix in (".py", ".ipynb"))


@pytest.fixture(scope="module")
def grader() -> Iterator[Grader]:
    found = Grader()
    yield found
    found.close()


def is_flagship(path: Path) -> bool:
    return path.parts[-3] == FLAGSHIP


def label(path: Path) -> str:
    return path.stem if is_flagship(path) else f"{path.parts[-3]}-{path.stem}"


def telling(grader: Grader, challenge: Challenge, wrong: Header) -> tuple[str, ...]:
    """The test that a submission names, those that see the mistake, and all that these need."""
    tests = {test.name: test for test in grader.kit(challenge).tests}
    mutants = {mutant.name: mutant.killed_by for mutant in read_mutants(challenge)}
    wanted = [wrong.fails, *mutants.get(wrong.misconception, ())]
    for one in wanted:
        wanted += [need for need in tests[one].needs if need not in wanted]
    return tuple(dict.fromkeys(wanted))


def test_the_corpus_is_as_large_as_promised() -> None:
    assert sum(is_flagship(path) for path in RIGHT) >= 8
    wrong = [path for path in WRONG if is_flagship(path)]
    assert len(wrong) >= 25
    assert sum(not header(path).misconception for path in wrong) >= 10


def test_every_torch_challenge_has_wrong_ones_of_another_kind() -> None:
    found = [read_challenge(file.parent) for file in bundled().glob("*/challenge.toml")]
    torch = [challenge.id for challenge in found if challenge.profile == "torch"]
    assert len(torch) >= 20
    for id in torch:
        assert len(list((FOLDER / id / "wrong").glob("*.py"))) >= 2, id


@pytest.mark.parametrize("path", WRONG, ids=label)
def test_a_wrong_one_fails_the_test_it_names(path: Path, grader: Grader) -> None:
    wrong, challenge = header(path), of(path)
    # A mistake is named when all tests that see it were asked: of the flagship, those few.
    tests = telling(grader, challenge, wrong) if is_flagship(path) else ()
    asked = Asked(tests=tests, seed=1)
    report = grader.grade(challenge, read_submission(path), asked)
    outcome = next(test for test in report.tests if test.name == wrong.fails)
    assert outcome.status in (Status.FAILED, Status.CRASHED, Status.EXCEEDED), outcome
    assert named(report) == {wrong.misconception} - {""}


@pytest.mark.slow
@pytest.mark.parametrize("path", WRONG, ids=label)
def test_a_wrong_one_does_not_pass(path: Path, grader: Grader) -> None:
    report = grader.grade(of(path), read_submission(path), Asked(seed=2))
    assert report.verdict is Verdict.FAILED
    assert_not_named_wrongly(path, named(report))


def assert_not_named_wrongly(path: Path, found: set[str]) -> None:
    expected = header(path).misconception
    assert naming(expected, found) not in (Naming.WRONGLY, Naming.UNEXPECTED), (expected, found)


@pytest.mark.parametrize(
    ("expected", "found", "kind"),
    [
        ("adds", {"adds"}, Naming.AS_EXPECTED),
        ("adds", set(), Naming.MISSED),
        ("adds", {"subtracts"}, Naming.WRONGLY),
        ("adds", {"adds", "subtracts"}, Naming.WRONGLY),
        ("adds", {"adds or subtracts"}, Naming.WRONGLY),
        ("", {"adds"}, Naming.UNEXPECTED),
        ("", set(), Naming.RIGHTLY_NONE),
    ],
)
def test_the_kinds_of_naming(expected: str, found: set[str], kind: Naming) -> None:
    assert naming(expected, found) is kind


def test_the_measure_counts_and_tells_what_is_not_as_expected(grader: Grader) -> None:
    folder = FOLDER / "dpo_loss" / "wrong"
    lines = list(said(grader, sorted(folder.glob("*.py")), 1))
    assert "     3 named as expected" in lines
    assert lines[-1] == "  3 of the 3 that expect a name got it: 100%"


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
@pytest.mark.parametrize("seed", [1, 2, 3, 4, 5])
@pytest.mark.parametrize("path", [path for path in RIGHT if is_flagship(path)], ids=label)
def test_a_right_one_has_full_points(path: Path, seed: int, grader: Grader) -> None:
    full_points(path, seed, grader)


def right_ones_of_small_challenges() -> Iterator[Any]:
    """Each with three seeds; in the quick tests one of each challenge with one of them."""
    seen = set()
    for path in (path for path in RIGHT if not is_flagship(path)):
        for seed in (6, 1, 2):
            quick = path.parts[-3] not in seen
            seen.add(path.parts[-3])
            marks = () if quick else (pytest.mark.slow,)
            yield pytest.param(path, seed, marks=marks, id=f"{label(path)}-{seed}")


@pytest.mark.parametrize(("path", "seed"), list(right_ones_of_small_challenges()))
def test_a_right_one_of_a_small_challenge_has_full_points(
    path: Path, seed: int, grader: Grader
) -> None:
    full_points(path, seed, grader)
