"""What a check is asked for: seeds, tasks, tests, progress, costs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from judge.challenge import reference_submission
from judge.errors import UnknownNameError, UserError
from judge.grading import Asked, Grader
from judge.manifest import Challenge
from judge.results import (
    CostTooHigh,
    Verdict,
)
from judge.submission import submission_from_cells
from judge.worker.digest import digest
from tests.doubling import NOTEBOOK, RIGHT_HALF, RIGHT_TWICE, by_name, made, script, statuses


def test_a_seed_repeats_every_input(grader: Grader, tmp_path: Path) -> None:
    repeated = made(tmp_path)
    seen = grader.kit(repeated).tests[0].run.__globals__["SEEN"]
    right = script(RIGHT_TWICE, RIGHT_HALF)
    for seed in (7, 7, 8, None, None):
        report = grader.grade(repeated, right, Asked(tests=("values_are_doubled",), seed=seed))
        assert seed is None or report.seed == seed
    one, two, *others = seen
    assert one == two
    assert len({tuple(values) for values in [one, *others]}) == 4


def test_the_inputs_of_a_test_do_not_depend_on_the_others(grader: Grader, tmp_path: Path) -> None:
    repeated = made(tmp_path)
    seen = grader.kit(repeated).tests[0].run.__globals__["SEEN"]
    right = script(RIGHT_TWICE, RIGHT_HALF)
    grader.grade(repeated, right, Asked(seed=5))
    grader.grade(repeated, right, Asked(seed=5, tests=("values_are_doubled",)))
    assert seen[0] == seen[1]


@pytest.mark.parametrize(
    ("asked", "names"),
    [
        (Asked(tasks=("half",)), ["values_are_halved"]),
        (Asked(tests=("the_input_stays_unchanged",)), ["the_input_stays_unchanged"]),
        (
            Asked(tests=("values_are_halved", "values_are_doubled")),
            ["values_are_doubled", "values_are_halved"],
        ),
        (
            Asked(tasks=("twice",), tests=("nothing_becomes_nothing",)),
            ["nothing_becomes_nothing"],
        ),
    ],
)
def test_only_what_was_asked_for_runs(
    grader: Grader, challenge: Challenge, asked: Asked, names: list[str]
) -> None:
    report = grader.grade(challenge, script(RIGHT_TWICE, RIGHT_HALF), asked)
    assert [test.name for test in report.tests] == names
    assert report.verdict is Verdict.PASSED
    assert report.points.possible == sum(test.possible for test in report.tests)


def test_unknown_names_get_near_matches(grader: Grader, challenge: Challenge) -> None:
    right = reference_submission(challenge)
    with pytest.raises(UnknownNameError, match="Did you mean half"):
        grader.grade(challenge, right, Asked(tasks=("hlaf",)))
    with pytest.raises(UnknownNameError, match="Did you mean values_are_halved"):
        grader.grade(challenge, right, Asked(tests=("values_are_halve",)))
    with pytest.raises(UserError, match="belongs to half"):
        grader.grade(challenge, right, Asked(tasks=("half",), tests=("values_are_doubled",)))


def test_a_seed_below_zero_is_the_users_mistake(grader: Grader, challenge: Challenge) -> None:
    with pytest.raises(UserError, match="seed=-1"):
        grader.grade(challenge, reference_submission(challenge), Asked(seed=-1))


def test_needs_can_be_ignored_for_validation(grader: Grader, challenge: Challenge) -> None:
    wrong = script("def twice(x): return x", RIGHT_HALF)
    report = grader.grade(challenge, wrong, Asked(heed_needs=False, diagnose=False))
    assert statuses(report)["the_input_stays_unchanged"] == "passed"


def test_a_known_outcome_keeps_its_misconception(grader: Grader, challenge: Challenge) -> None:
    """Its call is not made again, so nothing could name the mistake anew."""
    wrong = script("def twice(x): return x ** 2", RIGHT_HALF)
    first = by_name(grader.grade(challenge, wrong, Asked(seed=3)))
    known = {name: first[name] for name in ("values_are_doubled", "values_are_halved")}
    again = by_name(grader.grade(challenge, wrong, Asked(seed=3, known=known)))
    assert again["values_are_doubled"].misconception is not None
    assert again["values_are_doubled"] == first["values_are_doubled"]


def test_progress_is_told(grader: Grader, challenge: Challenge) -> None:
    told: list[tuple[tuple[str, ...], int, int]] = []

    def progress(running: Sequence[str], done: int, total: int) -> None:
        told.append((tuple(running), done, total))

    grader.grade(challenge, reference_submission(challenge), Asked(progress=progress))
    assert told
    assert {total for _, _, total in told} == {5}
    assert all(0 <= done <= 5 for _, done, _ in told)


def test_an_interrupt_ends_a_check_and_the_next_one_works(
    grader: Grader, challenge: Challenge
) -> None:
    def interrupt(running: Sequence[str], done: int, total: int) -> None:
        if running:
            raise KeyboardInterrupt

    loop = script("def twice(x):\n    while True: pass", RIGHT_HALF)
    with pytest.raises(KeyboardInterrupt):
        grader.grade(challenge, loop, Asked(progress=interrupt))
    right = reference_submission(challenge)
    assert grader.grade(challenge, right, Asked()).verdict is Verdict.PASSED


def test_a_kernel_that_differs_from_its_cells_is_noted(
    grader: Grader, challenge: Challenge
) -> None:
    def twice(x: float) -> float:
        return x + x

    def half(x: float) -> float:
        return x * 0.5

    cells = [("In [1]", f"{RIGHT_TWICE}\n{RIGHT_HALF}")]
    digests = {"twice": digest(twice), "half": digest(half)}
    live = submission_from_cells(cells, "this notebook", "kernel", digests)
    report = grader.grade(challenge, live, Asked())
    assert report.verdict is Verdict.PASSED
    assert report.notes == ("twice in memory is not what your cells define: run its cell again.",)
    assert grader.grade(challenge, replace(live, digests={}), Asked()).notes == ()


def test_kits_and_servers_are_kept(grader: Grader, challenge: Challenge) -> None:
    kit = grader.kit(challenge)
    assert grader.kit(challenge) is kit
    assert grader.kit(replace(challenge, version="9.9")).sandbox is kit.sandbox


COSTS = '''
from judge.testing import expect_memory, hidden_test
import numpy as np


@hidden_test(task="twice", points=6, limit=5)
def no_square_is_made(student):
    """The memory used on the way is that of a few rows."""
    x = student.rng.standard_normal(1500)
    run = student.measure("twice", x)
    lean = student.reference.measure("twice", x)
    expect_memory(run, traced=lean.traced_bytes + 1e6, reference=lean, square=1500)


@hidden_test(task="half", points=2, limit=5)
def values_are_halved(student):
    """Half."""
'''


def test_memory_is_compared_with_the_reference(grader: Grader, tmp_path: Path) -> None:
    costly = made(tmp_path, COSTS)
    source = "def twice(x):\n    return (np.ones((len(x), len(x))) * 2).mean(0) * x"
    report = grader.grade(costly, script(source, RIGHT_HALF), Asked(tasks=("twice",)))
    found = report.tests[0].evidence
    assert isinstance(found, CostTooHigh)
    assert found.what == "traced memory"
    assert found.used > 1500 * 1500 * 8
    assert found.reference is not None
    assert found.reference < 1e6
    assert found.line == "line 3: return (np.ones((len(x), len(x))) * 2).mean(0) * x"


def test_a_reference_that_does_not_load_is_broken(grader: Grader, tmp_path: Path) -> None:
    costly = made(tmp_path, COSTS)
    file = costly.folder / "notebook.py"
    file.write_text(NOTEBOOK.replace("return x + x", "return x + y"), encoding="utf-8")
    report = grader.grade(costly, script(RIGHT_TWICE, RIGHT_HALF), Asked(tasks=("twice",)))
    assert report.verdict is Verdict.BROKEN
    assert "The reference does not get through twice" in str(report.tests[0].reason)
