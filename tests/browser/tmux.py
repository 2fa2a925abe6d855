"""A command in a real terminal: a tmux of a test's own, without a window."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.kernels import wait_until

PROGRAM = Path("/usr/bin/tmux")
MISSING = f"These tests need {PROGRAM}, which is not here. Install it with: sh .ci/tools"
COLUMNS, ROWS = 80, 50
_SGR = re.compile(r"\x1b\[([\d;]*)m")
_ESCAPE = re.compile(r"\x1b\[[\d;]*[A-Za-z]|\x1b[()].|[\x0e\x0f]")


@dataclass(frozen=True)
class Captured:
    """What a command left in the terminal, with its colours; lines as the terminal has them."""

    lines: tuple[str, ...]
    joined: tuple[str, ...]  # the same, with what was broken at the margin put together again

    @property
    def text(self) -> str:
        return "\n".join(map(plain, self.lines))

    @property
    def codes(self) -> set[int]:
        """The numbers of all colours and styles."""
        found = [part for line in self.lines for part in _SGR.findall(line)]
        return {int(code or 0) for part in found for code in part.split(";")}

    def broken(self) -> list[str]:
        """The lines that the terminal broke at its margin."""
        whole = {plain(line) for line in self.lines}
        return [plain(line) for line in self.joined if plain(line) not in whole]


def plain(line: str) -> str:
    """A line without its colours and the empty space behind it."""
    return _ESCAPE.sub("", line).rstrip()


def captured(
    command: Sequence[str], folder: Path, socket: Path, program: Path = PROGRAM
) -> Captured:
    """Run a command in a terminal of 80 columns and 50 rows; all that it has shown in the end."""
    if not program.exists():
        pytest.fail(MISSING)
    tmux = [str(program), "-S", str(socket), "-f", os.devnull]

    def asked(*arguments: str) -> str:
        done = subprocess.run([*tmux, *arguments], capture_output=True, text=True, check=True)
        return done.stdout

    try:
        asked(
            *("set-option", "-g", "history-limit", "5000", ";"),
            *("set-option", "-g", "default-terminal", "tmux-256color", ";"),
            *("set-option", "-g", "remain-on-exit", "on", ";"),
            *("set-option", "-g", "remain-on-exit-format", "", ";"),
            *("new-session", "-d", "-x", str(COLUMNS), "-y", str(ROWS), "-c", str(folder)),
            shlex.join(command),
        )
        ended = wait_until(lambda: asked("display-message", "-p", "#{pane_dead}").strip() == "1")
        assert ended, "the command does not end"
        shown = ["capture-pane", "-e", "-p", "-S", "-"]
        return Captured(*(tuple(asked(*shown, *more).splitlines()) for more in ([], ["-J"])))
    finally:
        subprocess.run([*tmux, "kill-server"], check=False)
