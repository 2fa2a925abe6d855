from __future__ import annotations

import json
import subprocess
import sys

import pytest

from judge import progress
from judge.report.statement import with_readable_formulas
from tests.cli.place import RIGHT, WRONG, Place, assert_told


def test_the_list_shows_progress(place: Place) -> None:
    place.write("centring.py", RIGHT)
    place.write("pair.py", WRONG)
    assert place.judge("check", "centring").code == 0
    assert place.judge("check", "pair").code == 1
    ran = place.judge("list", "--track", "fundamentals")
    rows = {words[0]: line for line in ran.out.splitlines() if (words := line.split())}
    assert "solved" in rows["centring"]
    assert "0 of 20" in rows["pair"]
    assert "easy" in rows["pair"]
    assert "20 points" in rows["pair"]
    assert "1 of " in ran.out.splitlines()[-1]
    data = json.loads(place.judge("list", "--json").out)
    (found,) = (entry for entry in data["challenges"] if entry["id"] == "centring")
    assert found["progress"]["verdict"] == "passed"
    assert found["points"] == 10


def test_the_status_is_a_line_for_each_challenge(place: Place) -> None:
    place.write("centring.py", RIGHT)
    place.write("pair.py", WRONG)
    place.judge("check", "centring")
    for _ in range(2):
        place.judge("check", "pair")
    ran = place.judge("status")
    assert (ran.code, ran.err) == (0, "")
    assert max(map(len, ran.out.splitlines())) <= 80
    assert "\x1b" not in ran.out
    rows = {words[0]: words[1:] for line in ran.out.splitlines() if (words := line.split())}
    assert (rows["centring"][1:3], rows["centring"][-1]) == (["10/10", "1"], "passed")
    assert (rows["pair"][1:3], rows["pair"][-1]) == (["0/20", "2"], "failed")
    assert rows["go"][1:4] == ["judge", "check", "pair"]
    assert rows["next"][:2] == ["judge", "start"]


def test_the_status_as_json(place: Place) -> None:
    place.write("centring.py", RIGHT)
    place.judge("check", "centring")
    ran = place.judge("status", "--json")
    assert (ran.code, ran.err) == (0, "")
    data = json.loads(ran.out)
    (found,) = (r for t in data["tracks"] for r in t["challenges"] if r["id"] == "centring")
    assert found["points"] == {"earned": 10.0, "possible": 10.0}
    assert (found["attempts"], found["verdict"]) == (1, "passed")
    assert (data["solved"], data["attempts"]) == (1, 1)
    assert data["next"]["command"].startswith("judge start ")


def test_the_status_is_right_after_two_checks_at_once(place: Place) -> None:
    place.write("right.py", RIGHT)
    place.write("wrong.py", WRONG)
    commands = [("centring", "right.py"), ("centring", "wrong.py"), ("pair", "wrong.py")]
    running = [
        subprocess.Popen(
            [sys.executable, "-m", "judge", "check", *command], stdout=subprocess.DEVNULL
        )
        for command in commands
    ]
    assert [process.wait(60) for process in running] == [0, 1, 1]
    data = json.loads(place.judge("status", "--json").out)
    found = {r["id"]: r for t in data["tracks"] for r in t["challenges"]}
    assert found["centring"]["attempts"] == 2
    assert found["centring"]["solved"]
    assert found["centring"]["points"]["earned"] == 10
    assert found["pair"]["attempts"] == 1
    assert data["attempts"] == 3


def test_a_track_that_is_not_there(place: Place) -> None:
    assert_told(place.judge("list", "--track", "fundamental"), "Did you mean fundamentals?")


def test_damaged_progress_is_told_beside_the_list(place: Place) -> None:
    progress.folder().mkdir()
    (progress.folder() / "progress.json").write_text("{")
    for command in ("list", "status"):
        ran = place.judge(command)
        assert ran.code == 0
        assert "is damaged" in ran.err
    assert "is damaged" in json.loads(place.judge("status", "--json").out)["notes"][0]


def test_list_imports_nothing_heavy(place: Place) -> None:
    heavy = ["numpy", "msgspec", "nbformat", "torch", "filelock", "jupytext", "tomllib"]
    code = (
        "import sys; from judge.__main__ import main; from judge import catalogue; "
        "catalogue.bundled = lambda: catalogue.Path('nowhere'); main(['list']); "
        f"print([name for name in {heavy} if name in sys.modules])"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert ran.stdout.splitlines()[-1] == "[]"
    assert "centring" in ran.stdout


def test_show_tells_tasks_and_tests(place: Place) -> None:
    out = place.judge("show", "pair").out
    assert "centre_again(x)" in out
    assert r"y_{ij} = x_{ij} - \frac{1}{D} \sum_k x_{ik}" in out
    assert "again float32 stays float32" in out
    assert "task centre, 10 points" in out
    assert "$" not in out


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (r"let $a_i*b_i$ and $c\,d$ be", r"let `a_i*b_i` and `c\,d` be"),
        ("$$ a\n  = b $$", "\n\n    a\n    = b\n\n"),
        ("`$x$` costs", "`$x$` costs"),
        ("```\n$x$ $y$\n```", "```\n$x$ $y$\n```"),
        ("it costs 5$ or 6 $ today", "it costs 5$ or 6 $ today"),
    ],
)
def test_formulas_stay_readable(text: str, shown: str) -> None:
    assert with_readable_formulas(text) == shown


def test_a_prompt_holds_all_that_a_model_needs(place: Place) -> None:
    out = place.judge("prompt", "pair").out
    assert out.startswith("# Centre the rows\n")
    assert "$$ y_{ij}" in out
    assert "def centre_again(x):" in out
    assert "raise NotImplementedError" in out
    assert "BEGIN SOLUTION" not in out
    assert "`centre_rows(x)` and `centre_again(x)`" in out


def test_a_prompt_says_under_what_code_runs_and_names_nothing_it_lacks(place: Place) -> None:
    out = place.judge("prompt", "flash_attention").out
    for part in ("`ctypes`, `subprocess` and `socket`", "a CPU with 1024 MB", "some seconds"):
        assert part in out
    assert "next cell" not in out  # it is in the notebook
    assert "## Task 2: the backward" in out
    assert "## Sources" in out
    assert "next cell" in place.judge("show", "flash_attention").out


def test_a_misspelt_challenge(place: Place) -> None:
    for command in ("show", "prompt", "start", "check", "hint", "reset", "solution", "build"):
        assert_told(place.judge(command, "centrin"), "no challenge 'centrin'", "centring?")
