from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from judge import catalogue
from judge.authoring import build
from judge.catalogue import Catalogue, find_challenge, open_catalogue, read_tracks
from judge.errors import ChallengeError, UnknownNameError
from tests.folders import TOML, write_challenge

TRACKS = """
[[track]]
id = "kernels"
title = "Kernels"
about = "Tiles."

[[track]]
id = "fundamentals"
title = "Fundamentals"
about = "Pieces."
"""


@pytest.fixture(autouse=True)
def _no_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("JUDGE_CHALLENGES", raising=False)


def toml(track: str, level: str) -> str:
    return TOML.replace('"fundamentals"', f'"{track}"').replace('"easy"', f'"{level}"')


# --- what is listed ---------------------------------------------------------------------------


def test_entries_come_in_the_order_of_study(tmp_path: Path) -> None:
    root = tmp_path / "challenges"
    folders = [
        write_challenge(root, "b_hard", toml=toml("fundamentals", "hard")),
        write_challenge(root, "c_easy", toml=toml("fundamentals", "easy")),
        write_challenge(root, "a_easy", toml=toml("fundamentals", "easy")),
        write_challenge(root, "z", toml=toml("kernels", "expert")),
    ]
    (root / "tracks.toml").write_text(TRACKS)
    build(folders)
    found = Catalogue((root,))
    assert [entry.id for entry in found.entries] == ["z", "a_easy", "c_easy", "b_hard"]
    assert [track.id for track in found.tracks] == ["kernels", "fundamentals"]
    assert found.problems == ()
    entry = found.entries[0]
    assert (entry.title, entry.track, entry.level) == ("Double it", "kernels", "expert")
    assert (entry.points, entry.tests) == (3, 3)
    assert entry.tasks[0].function == "twice(x, *, times=2)"
    assert entry.statement == "Return `x` twice, as a *new* value."


def test_listing_reads_the_index_and_imports_little(tmp_path: Path) -> None:
    root = tmp_path / "challenges"
    build([write_challenge(root)])
    (root / "double" / "notebook.py").write_text("not looked at")
    program = (
        "import sys; from pathlib import Path; from judge.catalogue import Catalogue\n"
        "found = Catalogue((Path(sys.argv[1]),)).entries\n"
        "slow = {'numpy', 'msgspec', 'nbformat', 'tomllib', 'jupytext', 'click', 'rich'}\n"
        "assert len(found) == 1 and not slow & sys.modules.keys(), slow & sys.modules.keys()\n"
    )
    command = [sys.executable, "-c", program, str(root)]
    subprocess.run(command, check=True)


def test_what_the_index_does_not_know_is_read_and_what_is_gone_is_not_listed(
    tmp_path: Path,
) -> None:
    root = tmp_path / "challenges"
    old = write_challenge(root, "old")
    build([old])
    write_challenge(root, "young")
    (old / "challenge.toml").unlink()
    found = Catalogue((root,))
    assert [(entry.id, entry.tests) for entry in found.entries] == [("young", 3)]


def test_one_broken_folder_spoils_no_list(tmp_path: Path) -> None:
    write_challenge(tmp_path, "good")
    write_challenge(tmp_path, "bad", toml="format = 1")
    found = Catalogue((tmp_path,))
    assert [entry.id for entry in found.entries] == ["good"]
    assert "field id is missing" in found.problems[0]


@pytest.mark.parametrize(
    "text", ["{", "[]", "{}", '{"schema": 99}', '{"schema": 1, "tracks": [3]}']
)
def test_a_damaged_index_says_how_to_mend_it(tmp_path: Path, text: str) -> None:
    write_challenge(tmp_path)
    (tmp_path / "index.json").write_text(text)
    with pytest.raises(ChallengeError, match="run `judge build`"):
        _ = Catalogue((tmp_path,)).entries


def test_our_tracks_are_read() -> None:
    tracks = read_tracks(catalogue.bundled())
    assert [track.id for track in tracks] == [
        "fundamentals",
        "normalisation",
        "attention",
        "architecture",
        "training",
        "inference",
        "alignment",
        "kernels",
    ]
    assert all(track.title and track.about.endswith(".") for track in tracks)


def test_tracks_that_are_not_there_or_damaged(tmp_path: Path) -> None:
    assert read_tracks(tmp_path) == ()
    (tmp_path / "tracks.toml").write_text('[[track]]\nid = "a"\n')
    with pytest.raises(ChallengeError, match=r"tracks\.toml cannot be read"):
        read_tracks(tmp_path)


# --- where challenges are found ---------------------------------------------------------------


def test_earlier_places_win(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given, named, course = tmp_path / "given", tmp_path / "named", tmp_path / "course"
    for root in (given, named, course / "challenges"):
        write_challenge(root, "everywhere")
    write_challenge(named, "in_two")
    write_challenge(course / "challenges", "in_two")
    write_challenge(course / "challenges", "in_course")
    (course / "judge.toml").touch()
    monkeypatch.setenv("JUDGE_CHALLENGES", str(named))
    found = open_catalogue([given], course)
    assert found.folder("everywhere").parent == given
    assert found.folder("in_two").parent == named
    assert found.folder("in_course").parent == course / "challenges"
    assert found.roots[-1] == catalogue.bundled()


def test_a_course_repository_is_marked_and_asked_for(tmp_path: Path) -> None:
    write_challenge(tmp_path / "challenges")
    with pytest.raises(UnknownNameError):
        open_catalogue(course=tmp_path).folder("double")
    (tmp_path / "judge.toml").touch()
    assert open_catalogue(course=tmp_path).folder("double")
    with pytest.raises(UnknownNameError):
        open_catalogue().folder("double")


def test_the_variable_names_several_folders(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_challenge(tmp_path / "a", "one")
    write_challenge(tmp_path / "b", "two")
    places = os.pathsep.join([str(tmp_path / "a"), "", str(tmp_path / "b")])
    monkeypatch.setenv("JUDGE_CHALLENGES", places)
    assert {"one", "two"} <= open_catalogue().folders.keys()


def test_packs_are_found_without_running_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_challenge(tmp_path / "my_pack" / "challenges", "packed")
    (tmp_path / "my_pack" / "__init__.py").write_text("1 / 0")
    monkeypatch.syspath_prepend(str(tmp_path))
    installed = tmp_path / "my_pack-1.0.dist-info"
    installed.mkdir()
    (installed / "METADATA").write_text("Metadata-Version: 2.1\nName: my_pack\nVersion: 1.0\n")
    points = ("here = my_pack.challenges", "gone = no_such_pack_at_all", "hollow = my_pack.nothing")
    text = "\n".join(["[judge.challenges]", *points, ""])
    (installed / "entry_points.txt").write_text(text)
    assert open_catalogue().folder("packed").parent == tmp_path / "my_pack" / "challenges"


@pytest.mark.parametrize(
    ("name", "said"), [("nowhere", "there is no folder"), ("double", "is a single challenge")]
)
def test_a_folder_that_was_asked_for_must_be_one(tmp_path: Path, name: str, said: str) -> None:
    write_challenge(tmp_path)
    with pytest.raises(ChallengeError, match=said):
        open_catalogue([tmp_path / name])


def test_the_bundled_catalogue_of_a_checkout_and_of_a_wheel(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(catalogue, "__file__", str(tmp_path / "judge" / "catalogue.py"))
    assert catalogue.bundled() == tmp_path / "judge" / "_bundled" / "challenges"
    (tmp_path / "challenges").mkdir()
    assert catalogue.bundled() == tmp_path / "judge" / "_bundled" / "challenges"
    (tmp_path / "pyproject.toml").touch()
    assert catalogue.bundled() == tmp_path / "challenges"
    assert catalogue.bundled("templates") == tmp_path / "judge" / "_bundled" / "templates"


def test_finding_one_by_name(tmp_path: Path) -> None:
    write_challenge(tmp_path / "challenges")
    challenge = find_challenge("double", [tmp_path / "challenges"])
    assert challenge.title == "Double it"
    with pytest.raises(UnknownNameError, match=r"'dubble'\. Did you mean double\?") as caught:
        find_challenge("dubble", [tmp_path / "challenges"])
    assert "judge list" in str(caught.value)
    found = Catalogue((tmp_path / "challenges",))
    assert found.template("double") == tmp_path / "templates" / "double.ipynb"
    assert found.solution("double") == tmp_path / "solutions" / "double.ipynb"


def test_the_index_is_stable_json(tmp_path: Path) -> None:
    root = tmp_path / "challenges"
    folders = [write_challenge(root, id) for id in ("b", "a")]
    build(folders)
    first = (root / "index.json").read_bytes()
    build(folders[::-1])
    assert (root / "index.json").read_bytes() == first
    assert [entry["id"] for entry in json.loads(first)["challenges"]] == ["a", "b"]
