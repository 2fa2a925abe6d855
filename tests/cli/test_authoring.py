from __future__ import annotations

import json
from pathlib import Path

from tests.cli.place import Place, assert_told


def test_a_new_challenge_is_built_and_checked(place: Place, tmp_path: Path) -> None:
    place.write("judge.toml", "")
    (place.work / "challenges").mkdir()
    ran = place.judge("new", "running_mean")
    assert (place.work / "challenges" / "running_mean" / "challenge.toml").is_file()
    assert "judge build running_mean\n" in ran.out
    assert place.judge("build", "--check").code == 1
    assert place.judge("build").code == 0
    assert place.judge("build", "--check").out == "Everything is built.\n"
    assert_told(place.judge("new", "running_mean"), "stays as it is")
    assert_told(place.judge("new", "Running"), "lower-case")
    elsewhere = place.judge("new", "other", str(tmp_path))
    assert f"judge build other --challenges {tmp_path}" in elsewhere.out


def test_a_new_challenge_whose_id_is_taken(place: Place, tmp_path: Path) -> None:
    ran = place.judge("new", "centring", str(tmp_path))
    assert (tmp_path / "centring" / "challenge.toml").is_file()
    assert "note: There is another centring, in " in ran.err
    assert f"judge build centring --challenges {tmp_path}\n" in ran.out
    assert place.judge("new", "other", str(tmp_path)).err == ""


def test_validation_of_one_row(place: Place) -> None:
    ran = place.judge(
        "validate", "centring", "--mutant", "always_float64", "--test", "float32_stays_float32"
    )
    assert ran.code == 0
    assert "always_float64" in ran.out
    data = json.loads(
        place.judge("validate", "centring", "--mutant", "always_float64", "--json").out
    )
    assert data["ok"]


def test_validation_needs_names(place: Place) -> None:
    assert_told(place.judge("validate"), "--all")
    assert_told(place.judge("validate", "--all", "centring"), "not both")
    assert_told(place.judge("validate", "centring", "--mutant", "always_float6"), "always_float64")
