"""`judge grade` as it is typed: a small class, its mistakes, and what a second run finds."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from judge.classroom.store import FILE, Store
from judge.cli import judge
from judge.errors import UserError
from tests.classroom.mixed import HONEST, RIGHT, WRONG


@pytest.fixture
def handed(tmp_path: Path) -> Path:
    folder = tmp_path / "handed"
    for name, text in (("ada", RIGHT[0]), ("ben", WRONG[0]), ("cy", "def softmax(x:\n")):
        (folder / name).mkdir(parents=True)
        (folder / name / "softmax.py").write_text(f"import numpy as np\n\n{text}")
    return folder


def grade(*arguments: object) -> Result:
    return CliRunner().invoke(judge, ["grade", *map(str, arguments)], standalone_mode=False)


def test_a_small_class_is_graded_and_the_next_run_knows_it(handed: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    ran = grade(handed, "-c", HONEST, "-o", out)
    assert ran.exception is None, ran.output
    assert "3 submissions of 3 students; isolation" in ran.output
    assert "2 graded, 1 refused." in ran.output
    with Store(out) as store:
        found = {one.student: one.report for one in store.results()}
        assert {name: str(report.verdict) for name, report in found.items()} == {
            "ada": "passed",
            "ben": "failed",
            "cy": "refused",
        }
        assert "line 3" in (found["cy"].reason or "")
        seed = store.settings()["seed"]
        assert {report.seed for report in found.values()} == {int(seed)}
        named = [test.misconception for test in found["ben"].tests if test.misconception]
        assert {one.name for one in named} == {"no_maximum_subtracted"}
    again = grade(handed, "-c", HONEST, "-o", out)
    assert "0 graded, 3 known before." in again.output
    with Store(out) as store:
        assert store.settings()["seed"] == seed
    (handed / "ben" / "softmax.py").write_text(f"import numpy as np\n\n{RIGHT[1]}")
    third = grade(handed, "-c", HONEST, "-o", out)
    assert "1 graded, 2 known before." in third.output
    with Store(out) as store:
        (ben,) = [one for one in store.results() if one.student == "ben"]
        before = store.before(ben.id)
        assert before is not None
        assert (str(before.verdict), str(ben.report.verdict)) == ("failed", "passed")


def test_results_of_files_that_are_gone_stay_and_are_told_of(handed: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert "stay and count" not in grade(handed, "-c", HONEST, "-o", out).output
    (handed / "cy" / "softmax.py").rename(handed / "cy" / "softmax2.py")
    ran = grade(handed, "-c", HONEST, "-o", out)
    assert "note: 1 of the results in" in ran.output
    assert "They stay and count" in ran.output
    with Store(out) as store:
        assert store.count() == 4


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["handed", "-c", "softmax_nump"], "Did you mean softmax_numpy"),
        (["nowhere", "-c", HONEST], "There is no .*nowhere"),
        (["handed", "-c", HONEST, "--jobs", "0"], "--jobs 0"),
        (["handed", "-c", HONEST, "--seed", "-1"], "--seed -1"),
        (["handed", "-c", HONEST, "--pattern", "("], "no regular expression"),
        (["empty", "-c", HONEST], "no submission in"),
    ],
)
def test_mistakes_have_a_message_and_make_no_folder(
    handed: Path, tmp_path: Path, arguments: list[str], said: str
) -> None:
    (tmp_path / "empty").mkdir()
    where = tmp_path / arguments[0]
    ran = grade(where, *arguments[1:], "-o", tmp_path / "out")
    with pytest.raises(UserError, match=said):
        raise ran.exception or AssertionError(ran.output)
    assert not (tmp_path / "out").exists()
    assert (handed / "ada" / "softmax.py").exists()


def test_an_out_that_cannot_be_written_is_a_message(handed: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    ran = grade(handed, "-c", HONEST, "-o", tmp_path / "file" / "out")
    with pytest.raises(UserError, match="cannot be used"):
        raise ran.exception or AssertionError(ran.output)
    assert (tmp_path / "file").read_text() == "mine"


def test_too_little_isolation_grades_nothing(
    handed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("judge.classroom.session.level_here", lambda: "reduced")
    out = tmp_path / "out"
    ran = grade(handed, "-c", HONEST, "-o", out, "--require-isolation", "full")
    with pytest.raises(UserError, match="--require-isolation full asks for more"):
        raise ran.exception or AssertionError(ran.output)
    assert (out / FILE).exists()
    with Store(out) as store:
        assert store.count() == 0
