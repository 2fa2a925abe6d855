from __future__ import annotations

from pathlib import Path

import pytest

from judge.authoring import build, new
from judge.challenge import (
    load_tests,
    read_challenge,
    reference_submission,
    template_submission,
)
from judge.errors import ChallengeError


def test_a_new_challenge_works_as_it_stands(tmp_path: Path) -> None:
    root = tmp_path / "challenges"
    root.mkdir()
    folder = new("running_mean", root)
    assert folder == root / "running_mean"
    assert sorted(path.name for path in folder.iterdir()) == [
        "challenge.toml",
        "hidden_tests.py",
        "mutants.toml",
        "notebook.py",
        "oracle.py",
    ]
    assert len(build([folder])) == 3
    challenge = read_challenge(folder)
    assert challenge.id == "running_mean"
    assert len(load_tests(challenge)) == 3
    assert "NotImplementedError" in template_submission(challenge).cells[-1].source
    assert "NotImplementedError" not in reference_submission(challenge).cells[-1].source


def test_its_mutants_are_patches_that_fit(tmp_path: Path) -> None:
    import tomllib

    folder = new("a", tmp_path)
    challenge = read_challenge(folder)
    code = "\n".join(cell.source for cell in reference_submission(challenge).cells)
    mutants = tomllib.loads((folder / "mutants.toml").read_text())["mutant"]
    names = {test.name for test in load_tests(challenge)}
    assert all(code.count(mutant["find"]) == 1 for mutant in mutants)
    assert {name for mutant in mutants for name in mutant["killed_by"]} == names


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    folder = new("a", tmp_path)
    (folder / "notebook.py").write_text("mine")
    with pytest.raises(ChallengeError, match="stays as it is"):
        new("a", tmp_path)
    assert (folder / "notebook.py").read_text() == "mine"


@pytest.mark.parametrize("id", ["", "A", "a-b", "1a", "../a", "a b", "é"])
def test_an_id_that_cannot_be(tmp_path: Path, id: str) -> None:
    with pytest.raises(ChallengeError, match="cannot be the id"):
        new(id, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ChallengeError, match="There is no folder"):
        new("a", tmp_path / "nowhere")
