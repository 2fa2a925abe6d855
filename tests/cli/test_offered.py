"""Commands that a message offers can be typed as they stand, wherever the challenge lies."""

from __future__ import annotations

import os
import re
import shlex
from pathlib import Path

import pytest

from judge.authoring import build, new
from tests.cli.place import Place

_OFFERED = re.compile(r"judge (?:[a-z]+) fresh[^`\n;]*")


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    """A folder of challenges whose name needs quotes."""
    root = tmp_path / "my pack" / "challenges"
    root.mkdir(parents=True)
    build([new("fresh", root)])
    return root


def offered(text: str) -> list[list[str]]:
    """The words of each command in a text, without `judge`."""
    lines = [line.strip() for line in text.splitlines()]
    found = [match for line in lines for match in _OFFERED.findall(line)]
    return [shlex.split(command)[1:] for command in found]


def test_each_names_the_folder_of_the_challenge(place: Place, pack: Path) -> None:
    option = ("--challenges", str(pack))
    for typed in (
        ("start", "fresh"),
        ("start", "fresh"),
        ("show", "fresh"),
        ("solution", "fresh"),
        ("status",),
        *[("hint", "fresh")] * 4,
        ("check", "fresh", "--test", "nonsense"),
    ):
        ran = place.judge(*typed, *option)
        commands = offered(ran.out + ran.err)
        assert all(command[-2:] == [*option] for command in commands), (typed, commands)
        assert commands or typed[0] in ("status", "hint"), ran


def test_what_is_offered_works(place: Place, pack: Path) -> None:
    option = ("--challenges", str(pack))
    place.judge("start", "fresh", *option)
    (again, *_) = offered(place.judge("solution", "fresh", *option).err)
    assert place.judge(*again).code == 0


def test_in_a_usual_place_nothing_is_added(
    place: Place, pack: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folders = f"{pack}{os.pathsep}{os.environ['JUDGE_CHALLENGES']}"
    monkeypatch.setenv("JUDGE_CHALLENGES", folders)
    (again, *_) = offered(place.judge("solution", "fresh").err)
    assert again == ["hint", "fresh"]
    ran = place.judge("solution", "centring")
    assert "`judge hint centring` helps" in ran.err
