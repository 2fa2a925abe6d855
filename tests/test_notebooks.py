"""The built notebooks, run from top to bottom in a real kernel."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest

from judge.catalogue import bundled
from tests.kernels import Kernel, kernel

IDS = sorted(path.stem for path in bundled("templates").glob("*.ipynb"))
NUMPY = ("flash_attention", "softmax_numpy")
TORCH = ("softmax", "linear", "mha", "adam", "topk_sampling")  # in one kernel, one after another
REST = [id for id in IDS if id not in (*NUMPY, *TORCH)]


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


def test_torch_templates_say_what_to_install() -> None:
    assert 'pip install "flashjudge[torch]"' in cells("templates", "linear")[0]
    assert "torch" not in cells("templates", "flash_attention")[0]


def template_is_not_attempted(id: str, running: Kernel) -> None:
    printed = [running.run(source) for source in cells("templates", id)]
    report = printed[-1]
    assert "not attempted" in report
    assert " passed " not in report
    assert not any("Traceback" in text for text in printed)


def solution_passes(id: str, running: Kernel) -> None:
    *before, report = [running.run(source) for source in cells("solutions", id)]
    assert report.startswith("passed"), report
    assert not any("Traceback" in text for text in before)


@pytest.mark.parametrize("id", NUMPY)
def test_a_template_is_not_attempted_and_shows_no_traceback(id: str, empty: Kernel) -> None:
    template_is_not_attempted(id, empty)


@pytest.mark.parametrize("id", NUMPY)
def test_a_solution_passes(id: str, empty: Kernel) -> None:
    solution_passes(id, empty)


STATE = """
import torch
print(torch.get_num_threads(), torch.get_default_dtype(), torch.is_grad_enabled())
print(torch.initial_seed(), hash(torch.get_rng_state().numpy().tobytes()))
"""


def test_torch_challenges_in_a_kernel_that_uses_torch(empty: Kernel) -> None:
    empty.run("import torch; torch.manual_seed(5); torch.set_num_threads(2)")
    empty.run("kept = torch.randn(3, 3) @ torch.ones(3)")
    for id in TORCH:
        template_is_not_attempted(id, empty)
    for id in TORCH:
        source = cells("solutions", id)
        for cell in source[:-1]:
            empty.run(cell)
        before = empty.run(STATE)
        report = empty.run(source[-1])
        assert report.startswith("passed"), report
        assert empty.run(STATE) == before
    assert before.startswith("2 torch.float32")
    assert empty.run("kept.shape").startswith("torch.Size")


@pytest.mark.slow
@pytest.mark.parametrize("id", REST)
def test_template_and_solution_of_the_rest(id: str, empty: Kernel) -> None:
    template_is_not_attempted(id, empty)
    solution_passes(id, empty)


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


def test_hints_status_and_notices_come_as_html_and_as_text(empty: Kernel) -> None:
    empty.run("from judge import hint, reset_progress, status")
    for source, words in (
        ("status()", "Kernels"),
        ("hint('softmax_numpy')", "hint 1 of 3"),
        ("hint('softmax_nunpy')", "Did you mean"),
        ("reset_progress()", "Forgotten"),
    ):
        (output,) = empty.outputs(source)
        assert words in output.data["text/plain"]
        assert words in output.data["text/html"]
        assert "\x1b" not in output.data["text/plain"]
        assert output.data["text/html"].startswith("<div")


def test_hints_and_status_are_shown(empty: Kernel) -> None:
    empty.run("from judge import hint, reset_progress, status")
    assert "hint 1 of" in empty.run("hint('flash_attention', 'forward')")
    assert "hint 2 of" in empty.run("hint('flash_attention', 'forward')")
    assert "Name one" in empty.run("hint('flash_attention')")
    assert "Kernels" in empty.run("status()")
    assert "Did you mean" in empty.run("reset_progress('flash_atention')")
    assert "Forgotten" in empty.run("reset_progress('flash_attention')")
    assert "hint 1 of" in empty.run("hint('flash_attention', 'forward')")
