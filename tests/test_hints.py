"""Hints one step at a time, each task for itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from judge import hints, progress
from judge.errors import UnknownNameError, UserError
from judge.hints import Hint
from judge.manifest import Challenge
from judge.progress import Tally
from judge.report.hint import rest
from tests import doubling

TOML = doubling.TOML.replace('["add it to itself"]', '["one", "two", "three"]')


@pytest.fixture
def challenge(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Challenge:
    """Two tasks, of three hints and of one; no progress yet."""
    monkeypatch.setenv("JUDGE_DATA", str(tmp_path / "data"))
    return doubling.made(tmp_path, toml=TOML)


def take(challenge: Challenge, task: str = "twice") -> Hint:
    (hint,) = hints.take(challenge, task, everything=False)
    return hint


def test_each_step_knows_those_before_it(challenge: Challenge) -> None:
    taken = [take(challenge) for _ in range(5)]
    assert [hint.step for hint in taken] == [1, 2, 3, 3, 3]
    assert [hint.text for hint in taken] == ["one", "two", "three", "three", "three"]
    assert [hint.earlier for hint in taken[:3]] == [(), ("one",), ("one", "two")]
    assert [hint.repeated for hint in taken] == [False, False, False, True, True]


def test_each_task_has_its_own(challenge: Challenge) -> None:
    take(challenge)
    take(challenge)
    assert (take(challenge, "half").step, take(challenge).step) == (1, 3)
    assert progress.read().of(challenge.id).hints == {"twice": 3, "half": 1}


def test_all_at_once_counts_as_taken(challenge: Challenge) -> None:
    found = hints.take(challenge, "twice", everything=True)
    assert [hint.text for hint in found] == ["one", "two", "three"]
    assert take(challenge).repeated


def test_a_hint_says_whether_the_challenge_is_solved(
    challenge: Challenge, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not take(challenge).solved
    solved = progress.Progress({challenge.id: Tally(solved="2026-01-01")})
    monkeypatch.setattr(progress, "read", lambda: solved)
    assert take(challenge).solved


def test_where_nothing_can_be_saved_the_hint_says_so(
    challenge: Challenge, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert take(challenge).remembered
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("JUDGE_DATA", str(tmp_path / "file" / "data"))
    first = take(challenge)
    assert (first.step, first.remembered) == (1, False)
    (told,) = rest(first)
    assert told.startswith("Your progress cannot be saved.")
    assert "--task twice --all --challenges " in told


def test_the_task_has_to_be_clear(challenge: Challenge) -> None:
    with pytest.raises(UserError, match="twice or half"):
        hints.take(challenge, None, everything=False)
    with pytest.raises(UnknownNameError, match="Did you mean twice"):
        take(challenge, "twise")
    assert progress.read().tallies == {}
