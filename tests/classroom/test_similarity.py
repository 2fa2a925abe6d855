"""Pairs with much code in common: renamed copies are found, other ways of writing it are not."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from judge.catalogue import bundled
from judge.challenge import read_challenge, template_submission
from judge.classroom.records import Handed
from judge.classroom.similarity import similar
from judge.classroom.store import Store
from judge.cli import judge
from judge.errors import UserError
from judge.results import Verdict
from judge.submission import Submission, read_submission, submission_from_cells
from judge.verdict import without_outcomes

FLASH = read_challenge(bundled() / "flash_attention")
RIGHT = Path(__file__).parents[1] / "submissions" / "flash_attention" / "right"


def renamed(text: str) -> str:
    """The same program with other names, comments and blank lines: what a copier changes."""
    for old, new in (("scale", "factor"), ("rows", "lines"), ("tile", "block")):
        text = text.replace(f" {old}", f" {new}")
    return "# all my own work\n\n" + text.replace("\n", "\n\n")


def stored(tmp_path: Path, handed: dict[str, Submission]) -> Store:
    store = Store(tmp_path / "out", create=True)
    for student, submission in handed.items():
        report = without_outcomes(FLASH, submission, Verdict.FAILED, "")
        store.put(Handed(student, FLASH.id, f"{student}.py", Path()), report, "f", {})
        store.put_source(submission)
    return store


@pytest.mark.slow
def test_a_renamed_copy_is_found_and_nothing_else(tmp_path: Path) -> None:
    files = sorted(RIGHT.glob("*.py"))[:8]
    handed = {file.stem: read_submission(file) for file in files}
    copy = renamed(files[0].read_text())
    handed["copier"] = submission_from_cells([("", copy)], "copier.py", "script")
    with stored(tmp_path, handed) as store:
        (pair,) = similar(store, FLASH)
    assert {pair.left, pair.right} == {files[0].stem, "copier"}
    assert pair.share > 0.9


@pytest.mark.slow
def test_what_the_template_gives_is_nobodys(tmp_path: Path) -> None:
    cells = [(cell.label, cell.source) for cell in template_submission(FLASH).cells]
    handed = {
        name: submission_from_cells([*cells, ("", f"{name} = 1")], name, "notebook")
        for name in ("ada", "ben")
    }
    with stored(tmp_path, handed) as store:
        assert similar(store, FLASH, threshold=0.1) == []


@pytest.mark.slow
def test_two_files_of_one_student_are_no_pair(tmp_path: Path) -> None:
    text = sorted(RIGHT.glob("*.py"))[0].read_text()
    one = submission_from_cells([("", text)], "a.py", "script")
    other = submission_from_cells([("", f"{text}\n# again\n")], "b.py", "script")
    with Store(tmp_path / "out", create=True) as store:
        for source, sample, submission in (("a.py", "0", one), ("b.py", "1", other)):
            report = without_outcomes(FLASH, submission, Verdict.FAILED, "")
            store.put(Handed("m", FLASH.id, source, Path(), sample=sample), report, "f", {})
            store.put_source(submission)
        assert similar(store, FLASH) == []


def test_without_copydetect_the_message_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "copydetect", None)
    submission = submission_from_cells([("", "x = 1")], "a.py", "script")
    with (
        stored(tmp_path, {"ada": submission}) as store,
        pytest.raises(UserError, match=r"flashjudge\[similarity\]"),
    ):
        similar(store, FLASH)


@pytest.mark.slow
def test_the_command_shows_pairs_and_the_site_links_them(tmp_path: Path) -> None:
    files = sorted(RIGHT.glob("*.py"))[:3]
    handed = {file.stem: read_submission(file) for file in files}
    copy = renamed(files[0].read_text())
    handed["copier"] = submission_from_cells([("", copy)], "copier.py", "script")
    with stored(tmp_path, handed) as store:
        store.set({"challenges": f'["{FLASH.id}"]'})
    out, site = str(tmp_path / "out"), tmp_path / "site"
    told = CliRunner().invoke(judge, ["report", out, "--similar"])
    assert told.exit_code == 0, told.output
    (line,) = [line for line in told.output.splitlines() if "copier" in line]
    assert files[0].stem in line
    assert "100%" in line
    told = CliRunner().invoke(judge, ["report", out, "--similar", "--html", str(site)])
    assert told.exit_code == 0, told.output
    assert "Worth a look" in (site / "index.html").read_text(encoding="utf-8")
