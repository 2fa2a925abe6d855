from __future__ import annotations

import re
from pathlib import Path

import pytest

from judge.authoring import build, new
from tests.cli.place import Place

TRACKS = '[[track]]\nid = "fundamentals"\ntitle = "Fundamentals"\nabout = "Pieces."\n'


@pytest.fixture(scope="session")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A course repository with two built challenges; `pair` has two tasks."""
    root = tmp_path_factory.mktemp("course")
    folder = root / "challenges"
    folder.mkdir()
    (folder / "tracks.toml").write_text(TRACKS)
    one, two = new("centring", folder), new("pair", folder)
    toml = two / "challenge.toml"
    task = toml.read_text().partition("[[task]]")[2]
    second = task.replace('"centre"', '"again"').replace("centre_rows", "centre_again")
    toml.write_text(f"{toml.read_text()}\n[[task]]{second}")
    for name, old in (("notebook.py", '# %% role="task"'), ("hidden_tests.py", "@hidden_test")):
        text = (two / name).read_text()
        more = text[text.index(old) :].partition('# %% role="debug"')[0]
        more = more.replace('"centre"', '"again"').replace("centre_rows", "centre_again")
        more = re.sub(r"(def |needs=\[\")(every_row|float32|the_input)", r"\1again_\2", more)
        (two / name).write_text(f"{text}\n\n{more}")
    build([one, two])
    return root


@pytest.fixture
def place(
    course: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Place:
    """A folder of its own, the challenges of `course` in reach, and no progress yet."""
    work = tmp_path / "work"
    work.mkdir()
    monkeypatch.chdir(work)
    monkeypatch.setenv("JUDGE_CHALLENGES", str(course / "challenges"))
    monkeypatch.setenv("JUDGE_DATA", str(tmp_path / "data"))
    return Place(work, capsys)
