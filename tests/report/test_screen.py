from __future__ import annotations

import sys

import pytest

from judge.hints import Hint
from judge.report.change import compare
from judge.report.examples import failing, passing
from judge.report.screen import Screen

CLEARED = "\x1b[2J\x1b[H"
KEYS = "h next hint   r run again   n next challenge   q quit"
HINT = Hint("softmax", "softmax", 3, 3, "subtract the largest", repeated=True)


def pretend_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.delenv("NO_COLOR", raising=False)


def test_elsewhere_one_is_appended_to_the_other(capsys: pytest.CaptureFixture[str]) -> None:
    screen = Screen(keys=False)
    screen.show(failing(), None)
    with screen.at_work() as tick:
        assert tick is None
    screen.show(passing(), compare(failing(), passing()))
    screen.tell("There is no file softmax.py.")
    screen.close()
    out, err = capsys.readouterr()
    assert ("\x1b" in out, err) == (False, "")
    first, second = out.index("FAILED"), out.index("\n\npassed")
    assert first < second < out.index("fixed") < out.index("\n\nThere is no file")
    assert "Ctrl-C" not in out


def test_keys_are_told_elsewhere_too(capsys: pytest.CaptureFixture[str]) -> None:
    Screen(keys=True).tell("Nothing here.")
    assert capsys.readouterr().out == f"Nothing here.\n\n{KEYS}\n"


def test_on_a_terminal_each_check_takes_the_place_of_the_last(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    pretend_terminal(monkeypatch)
    screen = Screen(keys=True)
    for _ in range(2):
        screen.show(failing(), None)
        out = capsys.readouterr().out
        assert out.count(CLEARED) == 1
        assert out.index(CLEARED) < out.index("FAILED")
        assert KEYS in out.splitlines()[-1]
    screen.hint(HINT)
    out = capsys.readouterr().out
    assert out.startswith("\r\x1b[2K")  # the line about the keys is the last one again
    assert CLEARED not in out
    assert "`judge hint softmax --task softmax --all`" in out
    assert KEYS in out.splitlines()[-1]
    screen.close()
    assert capsys.readouterr().out == "\r\x1b[2K"
    screen.close()
    assert capsys.readouterr().out == ""


def test_without_keys_a_terminal_says_how_to_end(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    pretend_terminal(monkeypatch)
    Screen(keys=False).show(passing(), None)
    last = capsys.readouterr().out.splitlines()[-1]
    assert "Ctrl-C ends" in last
    assert "q quit" not in last


def test_messages_are_cleaned(capsys: pytest.CaptureFixture[str]) -> None:
    screen = Screen(keys=False)
    screen.tell("\x1b[2Jgone [bold]x[/]")
    screen.add("a\x07b")
    assert capsys.readouterr().out == "gone [bold]x[/]\n\na\ufffdb\n"
