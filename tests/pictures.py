"""The README's pictures: real checks, drawn by rich as SVG.

`python -m tests.pictures` writes docs/failing.svg and docs/passing.svg.
"""

from __future__ import annotations

import io
import os
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import MONOKAI

from judge.checking import Checker, Wish
from judge.report.terminal import render
from judge.submission import read_submission

ROOT = Path(__file__).resolve().parent.parent
SEED = 7
TEST = "running_sums_follow_a_growing_maximum"


@dataclass(frozen=True)
class Picture:
    """What is checked, and which of its tests."""

    name: str
    path: str
    tests: tuple[str, ...] = ()


WRONG = "tests/submissions/flash_attention/wrong"
PICTURES = (
    Picture(
        "failing", "tests/submissions/flash_attention/wrong/output_keeps_its_old_scale.py", (TEST,)
    ),
    Picture("passing", "solutions/flash_attention.ipynb"),
)


def main() -> None:
    """Check each file and draw its report."""
    os.chdir(ROOT)  # a picture shows paths as they are typed
    Path("docs").mkdir(exist_ok=True)
    checker = Checker(record=False)
    for picture in PICTURES:
        wish = Wish("flash_attention", tests=picture.tests, seed=SEED)
        report = checker.check(wish, read_submission(Path(picture.path)))
        console = Console(record=True, file=io.StringIO(), width=92, force_terminal=True)
        console.print(render(report, width=92, colour=True))
        target = Path("docs") / f"{picture.name}.svg"
        console.save_svg(
            str(target),
            title=f"judge check flash_attention {Path(picture.path).name}",
            theme=MONOKAI,
        )
    checker.close()


if __name__ == "__main__":
    main()
