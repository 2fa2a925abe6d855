"""Write the stored renderings anew: `python -m tests.report.refresh`, then read the diff.

Each sample is stored as `tests/reports/NAME.txt`, 80 columns wide with all messages; a few also
in other forms.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from judge.report import terminal
from judge.report.examples import failing
from tests.report.samples import SAMPLES, hidden

FOLDER = Path(__file__).parent.parent / "reports"


def renderings() -> Iterator[tuple[str, str]]:
    """File name and text of each stored rendering."""
    for name, make in SAMPLES.items():
        yield f"{name}.txt", terminal.text(make(), full=True)
    yield "failing_short.txt", terminal.text(failing())
    yield "failing_wide.txt", terminal.text(failing(), 92)
    yield "failing_narrow.txt", terminal.text(failing(), 60)
    yield "failing_only.txt", terminal.text(failing(), only=failing().tests[3].name)
    yield "hidden_instructor.txt", terminal.text(hidden(), full=True, view="instructor")


def main() -> None:
    """Replace all stored renderings, and remove those without a sample."""
    FOLDER.mkdir(exist_ok=True)
    for old in FOLDER.glob("*.txt"):
        old.unlink()
    for name, text in renderings():
        (FOLDER / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
