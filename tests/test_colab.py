"""A kernel as Colab's: `google.colab` is loaded, the notebook is no file, the folder is empty."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest

from judge.catalogue import bundled
from tests.kernels import Kernel, kernel

ID = "softmax_numpy"
# What runs before the first cell and stands in no history. `pip` only writes down what it is asked.
STARTUP = """
import sys
import types

asked, mounted = [], []
get_ipython().register_magic_function(asked.append, "line", "pip")


def in_colab():
    google, colab, drive = map(types.ModuleType, ("google", "google.colab", "google.colab.drive"))
    google.colab, colab.drive, drive.mount = colab, drive, mounted.append
    sys.modules |= {module.__name__: module for module in (google, colab, drive)}
"""
MOUNT = """#@title Files
from google.colab import drive
drive.mount("/content/drive")
!echo from a shell"""
NO_MAXIMUM = (
    "def softmax(x, axis=-1):\n    p = np.exp(x)\n    return p / p.sum(axis, keepdims=True)"
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    content = tmp_path / "content"
    content.mkdir()
    return content


@pytest.fixture
def running(tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Kernel]:
    """A kernel in an empty folder, with a home of its own."""
    startup = tmp_path / "ipython" / "profile_default" / "startup"
    startup.mkdir(parents=True)
    (startup / "00.py").write_text(STARTUP, encoding="utf-8")
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    monkeypatch.setenv("JUDGE_DATA", str(tmp_path / "judge"))
    with kernel(folder) as started:
        yield started


def cells(what: str) -> list[str]:
    """The code cells of a built notebook."""
    notebook = nbformat.read(bundled(what) / f"{ID}.ipynb", as_version=4)
    return [cell.source for cell in notebook.cells if cell.cell_type == "code"]


def shown(running: Kernel) -> Any:
    """What the last cell of the notebook shows: one output, in both forms."""
    (output,) = running.outputs(cells("templates")[-1])
    assert output.output_type == "display_data"
    assert set(output.data) == {"text/plain", "text/html"}
    assert "\x1b" not in output.data["text/plain"]
    assert "<script" not in output.data["text/html"]
    return output.data


def test_a_notebook_in_colab_installs_checks_and_leaves_no_file(
    running: Kernel, folder: Path
) -> None:
    install, *others = cells("templates")[:-1]
    running.run(install)
    assert running.run("asked") == "[]", "outside of Colab nothing is installed"
    running.run("in_colab()")
    assert running.run(install) == ""
    assert running.run("asked").startswith("[\"install -q 'flashjudge @ git+https://")
    for source in [*others, MOUNT]:
        assert "Traceback" not in running.run(source)
    assert running.run("mounted") == "['/content/drive']"
    assert "not attempted" in shown(running)["text/plain"]
    running.run(NO_MAXIMUM)
    for form in shown(running).values():
        assert "FAILED" in form
        assert "no_maximum_subtracted" in form
    running.run(next(source for source in cells("solutions") if "def softmax" in source))
    assert shown(running)["text/plain"].startswith("passed")
    assert list(folder.iterdir()) == []
