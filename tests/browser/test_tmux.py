"""A report in a terminal of 80 columns: nothing broken at its margin, colours of its own only."""

from __future__ import annotations

import io
import re
import shlex
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.console import Console
from rich.text import Text

from tests.browser.chromium import chromium, picture
from tests.browser.tmux import COLUMNS, Captured, captured
from tests.gallery import GROUNDS

pytestmark = pytest.mark.slow
ROOT = Path(__file__).resolve().parents[2]
WRONG = "tests/submissions/flash_attention/wrong/output_keeps_its_old_scale.py"
# Bold, dim, italic, underlined and their ends; red to cyan; the terminal's own colours.
# No black or white, which one of two themes hides, no grounds, no colours out of a larger table.
READABLE = {0, 1, 2, 3, 4, 22, 23, 24, *range(31, 37), 39, 49}


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Captured]:
    """What `judge check` shows of a wrong flagship, in a terminal that offers all colours."""
    home = tmp_path_factory.mktemp("tmux")
    command = [sys.executable, "-m", "judge", "check", "flash_attention", WRONG]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("JUDGE_DATA", str(home / "data"))
        patch.setenv("COLORTERM", "truecolor")
        patch.delenv("NO_COLOR", raising=False)
        yield captured(command, ROOT, home / "socket")


def test_the_whole_report_is_there(shown: Captured) -> None:
    assert shown.text.startswith("FAILED    Flash attention, forward and backward")
    assert "accumulator_not_rescaled" in shown.text
    assert shown.text.rstrip().splitlines()[-1].startswith("next ")
    assert "Checking" not in shown.text, "the line of progress is gone"


def test_no_line_is_broken_at_the_margin(shown: Captured) -> None:
    assert shown.broken() == []


def test_the_command_can_be_copied(shown: Captured) -> None:
    found = re.search(r"^judge check (.*\\\n)*.*$", shown.text, re.MULTILINE)
    assert found is not None
    words = shlex.split(found[0].replace("\\\n", ""))
    assert words[:4] == ["judge", "check", "flash_attention", WRONG]


def test_colours_are_readable_on_light_and_on_dark(shown: Captured) -> None:
    assert 31 in shown.codes, "there are colours at all"
    assert shown.codes <= READABLE


def test_a_terminal_is_drawn_on_both_grounds(shown: Captured) -> None:
    with chromium() as browser:
        page = browser.new_page(viewport={"width": 800, "height": 900})
        for ground in GROUNDS:
            console = Console(record=True, file=io.StringIO(), width=COLUMNS)
            console.print(Text.from_ansi("\n".join(shown.lines)))
            page.set_content(console.export_html(theme=ground.theme, inline_styles=True))
            target = picture(f"terminal_{ground.name}")
            page.screenshot(path=target, full_page=True)
            assert target.stat().st_size > 10_000


def test_what_is_broken_is_found(tmp_path: Path) -> None:
    """The measures themselves can fail."""
    text = "\\033[97;44m" + "x" * 100
    found = captured(["printf", text], tmp_path, tmp_path / "socket")
    assert found.broken() == ["x" * 100]
    assert found.codes - READABLE == {97, 44}
