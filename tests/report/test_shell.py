from __future__ import annotations

import shlex

from hypothesis import given, settings
from hypothesis import strategies as st

from judge.report.lines import columns
from judge.report.shell import command_lines, fits

WORDS = st.lists(st.text("ab'\" \\$-/.\u6f22", max_size=120), min_size=1, max_size=6)


@settings(deadline=None)
@given(WORDS, st.integers(24, 100))
def test_what_is_copied_is_the_command(words: list[str], width: int) -> None:
    lines = command_lines(shlex.join(words), width)
    assert all(columns(line) <= width for line in lines)
    assert shlex.split("\n".join(lines).replace("\\\n", "")) == words


def test_a_command_that_fits_is_one_line() -> None:
    assert command_lines("judge check relu relu.py --seed 1", 70) == [
        "judge check relu relu.py --seed 1"
    ]


def test_lines_break_between_words_and_no_quoted_space_is_one() -> None:
    command = "judge check relu 'my second try.py' --seed 1"
    assert fits(command, 26)
    assert command_lines(command, 26) == [
        "judge check relu \\",
        "'my second try.py' \\",
        "--seed 1",
    ]


def test_a_word_too_long_goes_on_at_the_margin() -> None:
    command = f"judge check relu {'x' * 50}.py --seed 1"
    assert not fits(command, 40)
    assert command_lines(command, 40) == [
        "judge check relu \\",
        f"{'x' * 38}\\",
        f"{'x' * 12}.py --seed 1",
    ]
