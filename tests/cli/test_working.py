from __future__ import annotations

import re
from pathlib import Path

from judge import progress
from judge.authoring import new
from tests.cli.place import RIGHT, WRONG, Place, assert_told

# --- start, reset, solution -------------------------------------------------------------------


def test_start_writes_once(place: Place) -> None:
    ran = place.judge("start", "centring")
    assert ran.code == 0
    assert "judge check centring\n" in ran.out
    file = place.work / "centring.ipynb"
    assert "NotImplementedError" in file.read_text()
    file.write_text("mine")
    told = place.judge("start", "centring")
    assert_told(told, "stays as it is", "judge start centring FOLDER", "judge reset centring")
    assert file.read_text() == "mine"
    ran = place.judge("start", "centring", "new/folder")
    assert f"judge check centring {Path('new/folder/centring.ipynb')}" in ran.out
    assert (place.work / "new" / "folder" / "centring.ipynb").is_file()


def test_start_in_what_is_no_folder(place: Place) -> None:
    place.write("file", "")
    assert_told(place.judge("start", "centring", "file"), "is a file, not a folder")
    assert_told(place.judge("start", "centring", "file/below"), "cannot be written")


def test_a_script_is_plain_python_that_can_be_checked(place: Place) -> None:
    place.judge("start", "centring", "--py")
    text = (place.work / "centring.py").read_text()
    compile(text, "centring.py", "exec")
    assert "%pip" not in text
    assert "colab" not in text
    assert "# %% [markdown]\n# # Centre the rows\n" in text
    ran = place.judge("check", "centring")
    assert ran.code == 1
    assert "not attempted" in ran.out


def test_reset_keeps_a_copy(place: Place) -> None:
    place.judge("start", "centring")
    file = place.work / "centring.ipynb"
    template = file.read_bytes()
    for mine in (b"one", b"two"):
        file.write_bytes(mine)
        ran = place.judge("reset", "centring")
        assert ran.code == 0
        assert file.read_bytes() == template
    copies = [path for path in place.work.iterdir() if path != file]
    assert sorted(path.read_bytes() for path in copies) == [b"one", b"two"]
    assert all(re.fullmatch(r"centring\.\d{8}-\d{6}(-2)?\.ipynb", p.name) for p in copies)


def test_reset_without_a_file(place: Place) -> None:
    assert_told(place.judge("reset", "centring"), "judge start centring")
    assert_told(place.judge("reset", "centring", "gone.py"), "gone.py cannot be put back")
    place.write("notes.txt", "x")
    assert_told(place.judge("reset", "centring", "notes.txt"), "neither a notebook")


def test_reset_of_progress(place: Place) -> None:
    place.write("centring.py", RIGHT)
    place.judge("check", "centring")
    assert place.judge("reset", "centring", "--progress").code == 0
    assert progress.read().tallies == {}
    assert (place.work / "centring.py").read_text() == RIGHT


def test_the_solution_comes_after_solving_or_by_wish(place: Place) -> None:
    place.write("centring.py", WRONG)
    place.judge("check", "centring")
    assert_told(place.judge("solution", "centring"), "best 0 of 10", "--spoil")
    ran = place.judge("solution", "centring", "--spoil")
    file = place.work / "centring_solution.ipynb"
    assert (ran.code, str(file.name) in ran.out) == (0, True)
    assert "x.mean(axis=1" in file.read_text()
    place.write("centring.py", RIGHT)
    place.judge("check", "centring")
    assert place.judge("solution", "centring").code == 0
    file.write_text("mine")
    assert_told(place.judge("solution", "centring"), "differs from the solution")
    assert file.read_text() == "mine"


def test_a_challenge_that_is_not_built(place: Place, tmp_path: Path) -> None:
    (tmp_path / "more" / "challenges").mkdir(parents=True)
    new("fresh", tmp_path / "more" / "challenges")
    option = ("--challenges", str(tmp_path / "more" / "challenges"))
    assert_told(place.judge("start", "fresh", *option), "not built yet", "judge build fresh")
    assert place.judge("build", "fresh", *option).code == 0
    assert place.judge("start", "fresh", *option).code == 0


# --- hints ------------------------------------------------------------------------------------


def test_hints_go_on_where_they_were(place: Place) -> None:
    texts = [place.judge("hint", "centring").out for _ in range(4)]
    assert [re.search(r"hint (\d of \d)", text)[1] for text in texts] == [  # type: ignore[index]  # it matches, or the test fails
        "1 of 3",
        "2 of 3",
        "3 of 3",
        "3 of 3",
    ]
    assert "--all" in texts[3]
    assert "--all" not in texts[2]
    assert ["2 more are left." in text for text in texts] == [True, False, False, False]
    assert "1 more is left." in texts[1]
    assert "That was the last one." in texts[2]
    everything = place.judge("hint", "centring", "--all").out
    assert everything.count("hint ") == 3
    assert "left" not in everything


def test_after_the_last_hint_comes_the_solution(place: Place) -> None:
    for _ in range(2):
        assert "solution" not in place.judge("hint", "centring").out
    for _ in range(2):
        told = place.judge("hint", "centring").out
        assert "`judge solution centring`" in told
        assert "--spoil" in told
    place.write("centring.py", RIGHT)
    place.judge("check", "centring")
    told = place.judge("hint", "centring").out
    assert "`judge solution centring`" in told
    assert "--spoil" not in told


def test_hints_of_one_task(place: Place) -> None:
    assert_told(place.judge("hint", "pair"), "2 tasks", "centre or again")
    assert "pair, again: hint 1 of 3" in place.judge("hint", "pair", "--task", "again").out
    assert_told(place.judge("hint", "pair", "--task", "agian"), "Did you mean again?")
    assert progress.read().of("pair").hints == {"again": 1}
