"""Hostile submissions: none passes, none stays, each ends as its first lines say."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from judge.challenge import load_tests
from judge.manifest import read_challenge
from tests.attacks.arena import WORD, Arena, Graded, arena, files_left
from tests.attacks.corpus import CHALLENGE, FAMILIES, OUTCOMES, Attack, attacks

ALL = attacks()
FAST = {
    *("zeros", "subclass", "huge_view", "isinstance", "tracer_stopped", "packing_in_the_wire"),
    *("false_class_and_pointer", "equal_hashes", "two_replies", "flood", "every_descriptor_closed"),
    *("silent", "segfault", "text_that_raises", "nested_groups", "list", "processes", "stdout"),
    *("environment", "hidden_tests", "network", "memory_of_the_parent", "kill_the_server"),
    *("daemon", "shell", "mapped", "before_the_window", "mark_reset", "in_a_child", "right_once"),
    *("frozen_forward", "terminal_escapes", "code_from_text", "loop"),
}
# What must be in reach when nothing holds it back: else these attacks would prove nothing.
REACH = {"files", "folders", "hidden_tests", "judge_imported", "network", "shell", "daemon"}
RUN = (
    "import runpy, sys, numpy\n"
    "found = runpy.run_path(sys.argv[1])\n"
    "found['scaled_softmax'](numpy.ones((2, 3)), 1.0)\n"
)


@pytest.fixture(scope="module")
def confined(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Arena]:
    with arena(tmp_path_factory.mktemp("home"), layers=True) as found:
        yield found


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Arena]:
    with arena(tmp_path_factory.mktemp("home"), layers=False) as found:
        yield found


def faults(attack: Attack, found: Graded, level: str) -> Iterator[str]:
    """What is wrong about the end of an attack, in words."""
    expected = attack.expected(level)
    if expected != "open" and found.outcomes != {expected}:
        evidence = [(test.reason, test.evidence) for test in found.report.tests]
        yield f"{attack.name} ended as {sorted(found.outcomes)}, not as {expected}: {evidence}"
    if attack.runs_when_graded and attack.line not in found.printed:
        yield f"{attack.name} did not run: {found.printed[:200]!r}"
    if WORD in found.printed:
        yield f"{attack.name} saw the environment of the judge"
    if level == "full" and found.reached:
        yield f"{attack.name}: {found.reached}"


def run(arena: Arena, chosen: Sequence[Attack]) -> list[str]:
    """Grade these attacks, right submissions before, between and after them; all that is wrong."""
    before = files_left()
    wrong = [] if arena.right_one_passes() else ["a right submission does not pass before"]
    for number, attack in enumerate(chosen, start=1):
        wrong += faults(attack, arena.attack(attack), arena.sandbox.level)
        if arena.left():
            wrong.append(f"{attack.name} left processes behind")
        if number % 10 == 0 and not arena.right_one_passes():
            wrong.append(f"a right submission does not pass after {attack.name}")
    if not arena.right_one_passes():
        wrong.append("a right submission does not pass afterwards")
    if (after := files_left()) != before:
        wrong.append(f"files were left: {sorted(set(after) ^ set(before))}")
    return wrong


# --- the corpus itself ----------------------------------------------------------------------------


def test_the_corpus_is_as_large_as_promised() -> None:
    assert len(ALL) >= 120
    assert len({attack.name for attack in ALL}) == len(ALL)
    assert {attack.name for attack in ALL} >= FAST | REACH
    for family in FAMILIES:
        assert len(attacks([family])) >= 5, family


@pytest.mark.parametrize("attack", ALL, ids=lambda attack: attack.name)
def test_a_header_says_what_its_attack_must_get(attack: Attack) -> None:
    known = {test.name for test in load_tests(read_challenge(CHALLENGE))}
    assert attack.sentence.endswith(".")
    assert attack.outcome in OUTCOMES[:5]
    assert attack.reduced in OUTCOMES
    assert 1 <= len(attack.tests) <= 2
    assert set(attack.tests) <= known
    assert attack.line.split()[2] in attack.marker


# --- graded ---------------------------------------------------------------------------------------


def test_some_of_each_family_end_as_they_say(confined: Arena) -> None:
    assert run(confined, [attack for attack in ALL if attack.name in FAST]) == []


@pytest.mark.slow
@pytest.mark.parametrize("family", FAMILIES)
def test_every_attack_ends_as_it_says(family: str, confined: Arena) -> None:
    assert run(confined, attacks([family])) == []


@pytest.mark.slow
@pytest.mark.parametrize("family", FAMILIES)
def test_the_verdict_stands_without_any_layer(family: str, bare: Arena) -> None:
    assert run(bare, attacks([family])) == []


def test_without_layers_the_attacks_reach_what_they_aim_at(bare: Arena) -> None:
    chosen = [attack for attack in ALL if attack.name in REACH]
    assert bare.sandbox.start().level == "reduced"
    assert {attack.name for attack in chosen if bare.attack(attack).reached} == REACH


def test_what_is_refused_before_it_runs_would_run(tmp_path: Path) -> None:
    refused = [attack for attack in ALL if not attack.runs_when_graded]
    assert refused
    for attack in refused:
        done = subprocess.run(
            [sys.executable, "-c", RUN, str(attack.path)],
            cwd=tmp_path,
            capture_output=True,
            timeout=60,
        )
        assert attack.line in done.stdout.decode(), attack.name
        assert done.returncode != 0
