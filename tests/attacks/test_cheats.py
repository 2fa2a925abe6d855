"""Submissions that aim at the points of flash attention: each fails the right test, plainly."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from judge.catalogue import bundled
from judge.report import message
from judge.results import Outcome
from tests.attacks.arena import Arena, Graded, arena
from tests.attacks.corpus import FOLDER

CHEATS = sorted((FOLDER / "cheats").glob("*.py"))
HEADER = re.compile(r"# cheat: (.+\.)\n# fails: (\w+)\n# outcome: (failed|crashed|exceeded)\n")
# A message says what was expected and what came; what somebody meant by it, it cannot know.
ACCUSING = re.compile(
    r"cheat|fraud|attack|hostile|malicious|suspicious|dishonest|forge|evad|hack|trick|illegal"
    r"|violat|caught|guilty|detect|forbidden|plagiari|on purpose|deliberate|intent",
    re.IGNORECASE,
)
GRADIENTS = ("gradients_match_central_differences", "gradients_match_along_random_directions")
TRACED = (
    "scratch_memory_does_not_grow_with_n_squared",
    "scratch_memory_is_small_at_small_width",
)
FAST = (
    *("answers_by_shape", "keyed_on_shapes", "oracle_in_the_process", "reference_in_the_judge"),
    *("cache_kept_aside", "memory_through_numpy"),
)
STILL = ("constant_forward", "linear_forward", "frozen_forward", "frozen_along_directions")


@dataclass(frozen=True)
class Cheat:
    sentence: str
    fails: str
    outcome: str


def read_cheat(path: Path) -> Cheat:
    found = HEADER.match(path.read_text(encoding="utf-8"))
    assert found, f"{path.name} has no header"
    return Cheat(*found.groups())


@pytest.fixture(scope="module")
def flash(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Arena]:
    folder = bundled() / "flash_attention"
    with arena(tmp_path_factory.mktemp("home"), layers=True, challenge=folder) as found:
        yield found


def grade(flash: Arena, path: Path, name: str) -> tuple[Graded, Outcome]:
    """Grade on one test and those it needs; the outcome of that test."""
    tests = {test.name: test for test in flash.grader.kit(flash.challenge).tests}
    wanted = [name]
    for one in wanted:
        wanted += [need for need in tests[one].needs if need not in wanted]
    graded = flash.grade(path, wanted)
    return graded, next(test for test in graded.report.tests if test.name == name)


def test_there_is_one_for_each_way() -> None:
    assert len(CHEATS) >= 20
    assert {path.stem for path in CHEATS} >= set(STILL)


def fails_as_it_says(path: Path, flash: Arena) -> None:
    cheat = read_cheat(path)
    _, outcome = grade(flash, path, cheat.fails)
    assert outcome.status.value == cheat.outcome, outcome
    assert outcome.earned == 0
    said = message.message_text(outcome, "instructor")
    assert not ACCUSING.search(said), said
    assert len(said.splitlines()) >= 3


@pytest.mark.parametrize("name", FAST)
def test_it_fails_the_test_it_names_in_plain_words(name: str, flash: Arena) -> None:
    fails_as_it_says(FOLDER / "cheats" / f"{name}.py", flash)


@pytest.mark.slow
@pytest.mark.parametrize("path", CHEATS, ids=lambda path: path.stem)
def test_every_one_fails_the_test_it_names(path: Path, flash: Arena) -> None:
    fails_as_it_says(path, flash)


@pytest.mark.parametrize("name", STILL)
def test_a_forward_that_stands_still_earns_no_gradient(name: str, flash: Arena) -> None:
    for test in GRADIENTS:
        _, outcome = grade(flash, FOLDER / "cheats" / f"{name}.py", test)
        assert outcome.earned == 0, outcome


@pytest.mark.slow
@pytest.mark.parametrize("name", TRACED)
def test_without_a_tracer_what_is_traced_earns_nothing(name: str, flash: Arena) -> None:
    _, outcome = grade(flash, FOLDER / "cheats" / "tracer_switched_off.py", name)
    assert outcome.earned == 0, outcome


@pytest.mark.slow
def test_what_they_share_is_right(tmp_path: Path, flash: Arena) -> None:
    """The forward and backward that most of them are built on pass where they change nothing."""
    source = (FOLDER / "cheats" / "keyed_on_the_example.py").read_text(encoding="utf-8")
    honest = tmp_path / "honest.py"
    honest.write_text(source.replace("Q.shape == (2, 4, 256, 64)", "Q.shape"), encoding="utf-8")
    names = {read_cheat(path).fails for path in CHEATS} | set(GRADIENTS)
    for name in sorted(names):
        _, outcome = grade(flash, honest, name)
        assert outcome.status.value == "passed", outcome
