"""A place to type commands in, and what they must come to."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from judge.__main__ import main

RIGHT = """import numpy as np

def centre_rows(x):
    return x - x.mean(axis=1, keepdims=True)
"""
WRONG = RIGHT.replace("axis=1", "axis=0")


@dataclass(frozen=True)
class Ran:
    code: int
    out: str
    err: str


class Place:
    """A folder to work in, and the command run there."""

    def __init__(self, work: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.work = work
        self._capsys = capsys

    def judge(self, *arguments: str) -> Ran:
        self._capsys.readouterr()
        code = main(arguments)
        return Ran(code, *self._capsys.readouterr())

    def write(self, name: str, text: str) -> Path:
        path = self.work / name
        path.write_text(text, encoding="utf-8")
        return path


def assert_told(ran: Ran, *parts: str) -> None:
    """A mistake of the user's: a message of a few lines, no traceback, exit code 2."""
    assert ran.code == 2, ran
    assert ran.out == ""
    assert "Traceback" not in ran.err
    assert 1 <= len(ran.err.splitlines()) <= 5
    for part in parts:
        assert part in ran.err
