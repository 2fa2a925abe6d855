"""A report as a person meets it: run, read, mend, run again, save, open again, pass on."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import nbformat
import pytest

from judge.catalogue import bundled
from tests.browser.chromium import chromium, picture
from tests.browser.jupyterlab import Notebook, Server, jupyterlab, opened
from tests.browser.looks import contrast, open_all, overflowing
from tests.browser.pages import pages

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.slow
SUBMISSIONS = Path(__file__).resolve().parents[1] / "submissions"
DRAWN = ("failing", "status_half", "hint_second")  # kept as pictures
NO_MAXIMUM = """import numpy as np


def softmax(x, axis=-1):
    weights = np.exp(x)
    return weights / weights.sum(axis=axis, keepdims=True)
"""


@dataclass(frozen=True)
class Story:
    """A challenge, a wrong solution of it, and what the report must say of that."""

    id: str
    wrong: str
    tasks: tuple[str, ...]  # what the cells of the tasks begin with
    said: tuple[str, ...]
    drawn: str = ""  # the beginning of what a picture is called


def story(id: str) -> Story:
    """The story of a challenge."""
    if id == "softmax_numpy":
        return Story(
            id, NO_MAXIMUM, ("def softmax(",), ("large scores stay finite", "no_maximum_subtracted")
        )
    wrong = SUBMISSIONS / id / "wrong" / "output_keeps_its_old_scale.py"
    return Story(
        id,
        wrong.read_text(encoding="utf-8"),
        ("def flash_attention_fwd(", "def flash_attention_bwd("),
        ("output equals full softmax attention", "first wrong row", "accumulator_not_rescaled"),
        "Where O is wrong. b0 h0: tile 1",
    )


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("work")


@pytest.fixture(scope="module")
def server(work: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with jupyterlab(tmp_path_factory.mktemp("ours"), work) as running:
        yield running


@pytest.fixture(scope="module")
def stranger(work: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Somebody else's server, which trusts no notebook of ours."""
    with jupyterlab(tmp_path_factory.mktemp("theirs"), work) as running:
        yield running


def pasted(notebook: Notebook, told: Story, source: str) -> None:
    """Paste a whole solution over the task's cell; with two tasks, empty the other."""
    first, *others = told.tasks
    for other in others:
        notebook.replace(other, "# see above")
    notebook.replace(first, source)


def solution(told: Story) -> str:
    found = nbformat.read(bundled("solutions") / f"{told.id}.ipynb", as_version=4)
    return "\n\n\n".join(cell.source for cell in found.cells if cell.source.startswith(told.tasks))


def checked(notebook: Notebook, verdict: str) -> None:
    """Run all cells and wait for a report of this verdict."""
    notebook.menu("Run", "Run All Cells")
    if not notebook.shows(notebook.heading(verdict)):  # a busy page may lose a click
        notebook.menu("Run", "Run All Cells")
    notebook.heading(verdict).wait_for()
    notebook.wait_for_kernel()


def opens_by_keyboard(notebook: Notebook) -> None:
    """The first message that stands open closes and opens by Space and by Enter."""
    details = notebook.report.locator("details[open]").first.element_handle()
    summary = details.query_selector("summary")
    assert summary is not None
    for key in ("Space", "Enter"):
        for wanted in (False, True):
            summary.focus()
            notebook.page.keyboard.press(key)
            assert details.evaluate("node => node.open") is wanted, key


def looks_right(notebook: Notebook, told: Story) -> None:
    notebook.heading("FAILED").scroll_into_view_if_needed()
    report = notebook.report
    for words in told.said:
        assert words in report.inner_text()
    assert re.search(r"FAILED\s+.*\s+[\d.]+ of \d+ points", report.inner_text())
    assert report.locator("script, style, iframe").count() == 0
    assert overflowing(report) == []
    assert contrast(report).faint == []
    pictures = report.locator("svg:not([aria-hidden=true])")
    assert pictures.count() > 0
    for drawn in pictures.all():
        assert drawn.get_attribute("role") == "img"
        assert drawn.get_attribute("aria-label")
    if told.drawn:
        map_ = report.get_by_role("img", name=re.compile(re.escape(told.drawn))).first
        assert map_.is_visible()


def output(file: Path) -> Any:
    """The last output of a saved notebook."""
    cells = nbformat.read(file, as_version=4).cells
    return [output for cell in cells for output in cell.get("outputs", [])][-1]


def saved_right(file: Path, *said: str) -> None:
    data = output(file).data
    assert "\x1b" not in data["text/plain"]
    for words in said:
        assert words in data["text/plain"]
        assert words in data["text/html"]


@pytest.mark.parametrize("id", ["softmax_numpy", "flash_attention"])
def test_wrong_then_right_saved_and_opened_again(
    id: str, browser: Browser, server: Server, work: Path
) -> None:
    told = story(id)
    file = Path(shutil.copy(bundled("templates") / f"{id}.ipynb", work))
    with opened(browser, server, file.name) as notebook:
        pasted(notebook, told, told.wrong)
        checked(notebook, "FAILED")
        looks_right(notebook, told)
        opens_by_keyboard(notebook)
        notebook.shoot(picture(f"{id}_failed_light"))
        notebook.save(file)
        saved_right(file, "FAILED", *told.said[:1])
    with opened(browser, server, file.name, "dark") as notebook:
        looks_right(notebook, told)
        notebook.shoot(picture(f"{id}_failed_dark"))
        pasted(notebook, Story(id, "", told.tasks[:1], ()), solution(told))
        checked(notebook, "passed")
        notebook.shoot(picture(f"{id}_passed_dark"))
        notebook.save(file)
    saved_right(file, "passed")
    with opened(browser, server, file.name) as notebook:
        notebook.heading("passed").wait_for()
        assert overflowing(notebook.report) == []


def sampled(work: Path, shown: dict[str, str]) -> Path:
    """A notebook with all of these pages saved in it."""
    cells = []
    for name, page in shown.items():
        cell = nbformat.v4.new_code_cell(f"# {name}")
        cell.outputs = [nbformat.v4.new_output("display_data", data={"text/html": page})]
        cells.append(cell)
    file = work / "samples.ipynb"
    metadata = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=metadata), file)
    return file


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_notebook_that_is_not_trusted_is_readable(
    theme: str, browser: Browser, stranger: Server, work: Path
) -> None:
    shown = pages()
    file = sampled(work, shown)
    with opened(browser, stranger, file.name, theme) as notebook:
        notebook.reports.nth(len(shown) - 1).wait_for(state="attached")
        reports = dict(zip(shown, notebook.reports.all(), strict=True))
        assert notebook.panel.locator(".jp-RenderedHTMLCommon [role]").count() == 0  # sanitized
        for name, report in reports.items():
            open_all(report)
            assert overflowing(report) == [], name
            assert contrast(report).faint == [], name
        said = reports["failing"].inner_text()
        axis = reports["failing"].get_by_text(re.compile(r"4 MB\s+6 MB"))
        assert axis.count() > 0
        assert not any(words.is_visible() for words in axis.all()), "words of a lost curve"
        for name in DRAWN:
            notebook.shoot(picture(f"untrusted_{name}_{theme}"), reports[name])
    assert re.search(r"b0 h0.*\n(.*\n)*-:\*\*###", said), "the marks stand where the map was"
    assert "# all wrong" in said
