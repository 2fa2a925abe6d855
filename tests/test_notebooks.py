"""The built notebooks, run from top to bottom in a real kernel."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest

from judge.catalogue import bundled
from tests.kernels import Kernel, kernel

IDS = sorted(path.stem for path in bundled("templates").glob("*.ipynb"))


@pytest.fixture(autouse=True)
def progress_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JUDGE_DATA", str(tmp_path / "data"))


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Kernel]:
    """A kernel in an empty folder: the notebook is no file here, as in Colab."""
    folder = tmp_path / "empty"
    folder.mkdir()
    with kernel(folder) as running:
        yield running


def cells(what: str, id: str) -> list[str]:
    """The code cells of a built notebook."""
    notebook = nbformat.read(bundled(what) / f"{id}.ipynb", as_version=4)
    nbformat.validate(notebook)
    return [cell.source for cell in notebook.cells if cell.cell_type == "code"]


def test_there_are_notebooks() -> None:
    assert "flash_attention" in IDS
    assert sorted(path.stem for path in bundled("solutions").glob("*.ipynb")) == IDS


@pytest.mark.parametrize("id", IDS)
def test_a_template_is_not_attempted_and_shows_no_traceback(id: str, empty: Kernel) -> None:
    printed = [empty.run(source) for source in cells("templates", id)]
    report = printed[-1]
    assert "not attempted" in report
    assert " passed " not in report
    assert not any("Traceback" in text for text in printed)


@pytest.mark.parametrize("id", IDS)
def test_a_solution_passes(id: str, empty: Kernel) -> None:
    *before, report = [empty.run(source) for source in cells("solutions", id)]
    assert report.startswith("passed"), report
    assert not any("Traceback" in text for text in before)


def test_both_tasks_of_the_flagship_are_not_attempted(empty: Kernel) -> None:
    report = [empty.run(source) for source in cells("templates", "flash_attention")][-1]
    for function in ("flash_attention_fwd", "flash_attention_bwd"):
        assert f"{function} is still the stub" in " ".join(report.split())


def test_a_wrong_cell_of_the_flagship_fails_and_a_fixed_one_passes(empty: Kernel) -> None:
    sources = cells("solutions", "flash_attention")
    right = next(source for source in sources if "def flash_attention_fwd" in source)
    wrong = right.replace("acc = acc * correction + P @ v", "acc = acc + P @ v")
    assert wrong != right
    for source in [*sources[:-1], wrong]:
        empty.run(source)
    report = empty.run(sources[-1])
    assert report.startswith("FAILED"), report
    assert "first wrong" in report
    assert "accumulator_not_rescaled" in report
    empty.run(right)
    assert empty.run(sources[-1]).startswith("passed")


def test_hints_and_status_are_shown(empty: Kernel) -> None:
    empty.run("from judge import hint, reset_progress, status")
    assert "hint 1 of" in empty.run("hint('flash_attention', 'forward')")
    assert "hint 2 of" in empty.run("hint('flash_attention', 'forward')")
    assert "Name one" in empty.run("hint('flash_attention')")
    assert "Kernels" in empty.run("status()")
    assert "Forgotten" in empty.run("reset_progress('flash_attention')")
    assert "hint 1 of" in empty.run("hint('flash_attention', 'forward')")
