from __future__ import annotations

import html
from pathlib import Path

import pytest

from judge.report import jupyter, terminal
from judge.report.jupyter import Shown
from tests import gallery
from tests.report.boards import BOARDS
from tests.report.markup import Strict
from tests.report.refresh import INSTRUCTORS
from tests.report.samples import SAMPLES

ROOT = Path(__file__).resolve().parent.parent
PAGE = gallery.page()
INSTRUCTORS_VIEWS = {f"{name}_instructor": make for name, make in INSTRUCTORS.items()}


def test_the_gallery_is_one_page_of_plain_html() -> None:
    page = Strict(PAGE)
    assert not page.tags & {"script", "link", "iframe", "object", "img", "form"}
    assert not [name for name in page.attributes if name.startswith("on") or name == "src"]
    links = {value for _, pairs in page.seen for name, value in pairs if name == "href"}
    assert links == {f"#{name}" for name in (*SAMPLES, *BOARDS, *INSTRUCTORS_VIEWS)}
    assert "url(" not in PAGE


def section_of(name: str) -> str:
    return PAGE.partition(f'<section id="{name}">')[2].partition("</section>")[0]


@pytest.mark.parametrize("name", BOARDS)
def test_what_is_no_report_is_there_in_both_forms_on_both_grounds(name: str) -> None:
    panel = BOARDS[name]()
    assert section_of(name).count(panel.html) == 2
    assert section_of(name).count(html.escape(panel.text)) >= 2


@pytest.mark.parametrize("name", INSTRUCTORS_VIEWS)
def test_what_an_instructor_sees_is_there_with_all_messages(name: str) -> None:
    shown = Shown(INSTRUCTORS_VIEWS[name](), full=True, view="instructor")
    assert section_of(name).count(jupyter.html(shown)) == 2


@pytest.mark.parametrize("name", SAMPLES)
def test_every_sample_is_there_in_both_forms_on_both_grounds(name: str) -> None:
    section = section_of(name)
    report = SAMPLES[name]()
    assert section.count(jupyter.html(Shown(report))) == 2
    assert section.count('class="ground light"') == section.count('class="ground dark"') == 1
    first = html.escape(terminal.text(report).split("  ")[0])
    assert section.count(f">{first}<") >= 2


def test_the_page_is_written_where_git_does_not_look(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert gallery.TARGET.relative_to(ROOT) == Path("build/gallery.html")
    assert "build/" in (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()
    target = tmp_path / "build" / "gallery.html"
    monkeypatch.setattr(gallery, "TARGET", target)
    gallery.main()
    assert target.read_text(encoding="utf-8") == PAGE
    assert capsys.readouterr().out == f"{target}\n"


def test_make_knows_the_gallery() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert "gallery: setup  ## " in makefile
    assert "$(BIN)/python -m tests.gallery" in makefile
