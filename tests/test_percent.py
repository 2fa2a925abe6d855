from __future__ import annotations

import re

import pytest

from judge.errors import ChallengeError
from judge.percent import PercentCell, parse_percent


def test_cells_with_their_markers() -> None:
    text = (
        "# ---\n# jupyter: any\n# ---\n\n"
        '# %% [markdown] role="statement"\n'
        "# # Title\n#\n#   indented\n#close $\\alpha$ % 100\n\n"
        '# %% role="task" task="for \\"ward\\""\n\n'
        "x = 1\n\n# %time is short\n\n\n"
        "#%%\n"
        "y = 2"
    )
    assert parse_percent(text, "n.py") == (
        PercentCell(
            "markdown",
            {"role": "statement"},
            "# Title\n\n  indented\nclose $\\alpha$ % 100",
            6,
        ),
        PercentCell(
            "code", {"role": "task", "task": 'for "ward"'}, "x = 1\n\n# %time is short", 13
        ),
        PercentCell("code", {}, "y = 2", 19),
    )


def test_role_is_empty_when_the_marker_has_none() -> None:
    assert [c.role for c in parse_percent('# %%\n# %% role="setup"\n', "n.py")] == ["", "setup"]


def test_only_marker_lines_part_cells() -> None:
    text = "# %%\n    # %% indented\n# %%time\nx = '# %%'\n# %%%\n"
    assert [cell.source for cell in parse_percent(text, "n.py")] == [text[5:-1]]


def test_windows_line_ends_and_an_empty_script() -> None:
    assert parse_percent("# %%\r\nx = 1\r\n", "n.py")[0].source == "x = 1"
    assert parse_percent("", "n.py") == ()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("import math\n# %%\n", "line 1: there is text before the first cell"),
        ("x = 1\n", "line 1: there is text before the first cell"),
        ("# %%\n# %% role=setup\n", "line 2: the cell marker has 'role=setup'"),
        ('# %% Title role="a"\n', "line 1: the cell marker has"),
        ('# %% role="a" [markdown]\n', "line 1: the cell marker has '[markdown]'"),
        ("# %% [raw]\n", "line 1: the cell marker has '[raw]'"),
        ("# %% [markdown]\n# fine\nx = 1\n", "line 3: a line of a markdown cell"),
    ],
)
def test_mistakes_name_file_and_line(text: str, said: str) -> None:
    with pytest.raises(ChallengeError, match=re.escape(f"n.py, {said}")) as caught:
        parse_percent(text, "n.py")
    assert len(str(caught.value).splitlines()) == 2
