"""Write the stored renderings anew: `python -m tests.report.refresh`, then read the diff.

Each sample is stored with all messages, as `tests/reports/NAME.txt`, 80 columns wide, and as
`NAME.html`, the page of a notebook with a line break between two tags; a few also in other forms.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from judge.report import jupyter, terminal
from judge.report.examples import failing
from judge.report.jupyter import Shown
from judge.report.message import View
from judge.results import Report
from tests.report.boards import BOARDS
from tests.report.samples import SAMPLES, hidden
from tests.report.situations import hidden_outcomes

FOLDER = Path(__file__).parent.parent / "reports"
INSTRUCTORS = {made.__name__: made for made in (hidden, hidden_outcomes)}


def renderings() -> Iterator[tuple[str, str]]:
    """File name and text of each stored rendering."""
    for name, make in SAMPLES.items():
        yield from _both(name, make(), "student")
    for name, make in INSTRUCTORS.items():
        yield from _both(f"{name}_instructor", make(), "instructor")
    for name, shown in BOARDS.items():
        yield f"{name}.txt", f"{shown().text}\n"
        yield f"{name}.html", _lines(shown().html)
    yield "failing_short.txt", terminal.text(failing())
    yield "failing_short.html", _lines(jupyter.html(Shown(failing())))
    yield "failing_wide.txt", terminal.text(failing(), 92)
    yield "failing_narrow.txt", terminal.text(failing(), 60)
    yield "failing_only.txt", terminal.text(failing(), only=failing().tests[3].name)


def _both(name: str, report: Report, view: View) -> Iterator[tuple[str, str]]:
    yield f"{name}.txt", terminal.text(report, full=True, view=view)
    yield f"{name}.html", _lines(jupyter.html(Shown(report, full=True, view=view)))


def _lines(page: str) -> str:
    """HTML with its tags on lines of their own, so that a diff can be read."""
    return page.replace("><", ">\n<") + "\n"


def stored() -> set[str]:
    """The names of the files that are there."""
    return {path.name for path in FOLDER.iterdir()}


def main() -> None:
    """Replace all stored renderings, and remove those without a sample."""
    FOLDER.mkdir(exist_ok=True)
    for name in stored():
        (FOLDER / name).unlink()
    for name, text in renderings():
        (FOLDER / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
