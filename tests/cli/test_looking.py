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
    told = place.judge("status").out
    assert "1 attempt" in told
    assert "judge check pair" in told


def test_a_track_that_is_not_there(place: Place) -> None:
    assert_told(place.judge("list", "--track", "fundamental"), "Did you mean fundamentals?")


def test_damaged_progress_is_told_beside_the_list(place: Place) -> None:
    progress.folder().mkdir()
    (progress.folder() / "progress.json").write_text("{")
    ran = place.judge("list")
    assert ran.code == 0
    assert "is damaged" in ran.err


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


def test_a_misspelt_challenge(place: Place) -> None:
    for command in ("show", "prompt", "start", "check", "hint", "reset", "solution", "build"):
        assert_told(place.judge(command, "centrin"), "no challenge 'centrin'", "centring?")
