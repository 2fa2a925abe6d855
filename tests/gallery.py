"""The gallery: all that a terminal and a notebook show, on one page.

`python -m tests.gallery` writes build/gallery.html. It is for the eye, on both grounds and in a
narrow frame; what the reports must hold is tested in tests/report.
"""

from __future__ import annotations

import html
import io
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import DEFAULT_TERMINAL_THEME, MONOKAI, TerminalTheme

from judge.report import jupyter
from judge.report.jupyter import Shown
from judge.report.message import View
from judge.report.panels import Panel
from judge.report.terminal import render
from judge.results import Report
from tests.report.boards import BOARDS
from tests.report.refresh import INSTRUCTORS
from tests.report.samples import SAMPLES

TARGET = Path(__file__).resolve().parent.parent / "build" / "gallery.html"
_COLUMNS = 80
_NARROW = ("failing", "not_finite", "growth", "status_half")  # once more, 350 pixels wide
_PRE = '<pre class="terminal">{code}</pre>'
_STYLE = """
body { margin: 0; padding: 16px; background: #d5d8dc; color: #16191d; font-family: sans-serif }
nav a { margin-right: 10px }
section { margin: 24px 0 }
.pair { display: grid; grid-template-columns: repeat(auto-fit, minmax(350px, 1fr)); gap: 12px }
.narrow { display: flex; flex-wrap: wrap; gap: 12px }
.narrow .ground { width: 350px; padding: 0 }
.ground { min-width: 0; padding: 12px 16px; box-sizing: border-box }
.light { background: #ffffff; color: #16191d }
.dark { background: #1e1e1e; color: #e4e6e8 }
.terminal { margin: 0 0 12px 0; padding: 0 0 12px 0; overflow-x: auto; font-size: 12px;
  line-height: 1.35; border-bottom: 1px dashed #808080 }
"""


@dataclass(frozen=True)
class Ground:
    """A page that reports may stand on."""

    name: str
    theme: TerminalTheme


@dataclass(frozen=True)
class Exhibit:
    """One thing as a terminal shows it on either ground, and the page of a notebook."""

    light: str
    dark: str
    page: str


GROUNDS = (Ground("light", DEFAULT_TERMINAL_THEME), Ground("dark", MONOKAI))


def page() -> str:
    """The whole gallery as one file that needs no other."""
    shown = dict(_all())
    links = " ".join(f'<a href="#{name}">{name}</a>' for name in shown)
    narrow = "".join(_ground(ground, shown[name].page) for name in _NARROW for ground in GROUNDS)
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        f"<title>Reports of judge</title><style>{_STYLE}</style></head><body>"
        f"<h1>Reports of judge</h1><nav>{links}</nav>"
        + "".join(_section(name, one) for name, one in shown.items())
        + f'<section><h2>In a frame of 350 pixels</h2><div class="narrow">{narrow}</div></section>'
        "</body></html>\n"
    )


def _all() -> Iterator[tuple[str, Exhibit]]:
    """Everything by name: reports, what only instructors see, and what is no report."""
    for name, make in SAMPLES.items():
        yield name, _report(make(), "student")
    for name, make in INSTRUCTORS.items():
        yield f"{name}_instructor", _report(make(), "instructor")
    for name, board in BOARDS.items():
        yield name, _board(board())


def _report(report: Report, view: View) -> Exhibit:
    """An instructor's is shown with all messages: it has to show everything."""
    full = view == "instructor"
    light, dark = (_terminal(report, ground, view) for ground in GROUNDS)
    return Exhibit(light, dark, jupyter.html(Shown(report, full=full, view=view)))


def _board(panel: Panel) -> Exhibit:
    text = _PRE.format(code=html.escape(panel.text))
    return Exhibit(text, text, panel.html)


def _section(name: str, shown: Exhibit) -> str:
    terminals = (shown.light, shown.dark)
    grounds = "".join(
        _ground(ground, terminal + shown.page)
        for ground, terminal in zip(GROUNDS, terminals, strict=True)
    )
    return (
        f'<section id="{name}"><h2>{html.escape(name.replace("_", " "))}</h2>'
        f'<div class="pair">{grounds}</div></section>'
    )


def _ground(ground: Ground, content: str) -> str:
    return f'<div class="ground {ground.name}">{content}</div>'


def _terminal(report: Report, ground: Ground, view: View) -> str:
    console = Console(record=True, file=io.StringIO(), width=_COLUMNS, force_terminal=True)
    full = view == "instructor"
    console.print(render(report, width=_COLUMNS, colour=True, full=full, view=view))
    return console.export_html(theme=ground.theme, inline_styles=True, code_format=_PRE)


def main() -> None:
    """Write the gallery and say where."""
    TARGET.parent.mkdir(exist_ok=True)
    TARGET.write_text(page(), encoding="utf-8")
    sys.stdout.write(f"{TARGET}\n")


if __name__ == "__main__":
    main()
