"""`judge watch` as it is typed: in a terminal, with a pipe, and with wrong words."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import doubling
from tests.cli.place import RIGHT, WRONG, Place, assert_told

TWICE_WRONG = f"def twice(x): return x * x\n{doubling.RIGHT_HALF}\n"
ALL_RIGHT = f"{doubling.RIGHT_TWICE}\n{doubling.RIGHT_HALF}\n"
ENDLESS = f"def twice(x):\n    while True: pass\n{doubling.RIGHT_HALF}\n"
KEYS = "q quit"
DEADLINE = 60.0  # seconds for what takes one


class Running:
    """`judge watch` at work, and what it has shown so far."""

    def __init__(self, process: subprocess.Popen[bytes], output: int) -> None:
        self.process = process
        self._output = output
        self._left = ""  # what was shown and not yet looked at

    def shows(self, text: str) -> str:
        """Wait until it shows `text`; all that came before and the text itself."""
        deadline = time.monotonic() + DEADLINE
        while text not in self._left:
            ready, _, _ = select.select([self._output], [], [], deadline - time.monotonic())
            data = os.read(self._output, 65536) if ready else b""
            assert data, f"{text!r} did not come: {self._left}"
            self._left += data.decode()
        shown, found, self._left = self._left.partition(text)
        return shown + found

    def rest(self) -> str:
        """What it showed after that, once it has ended."""
        with contextlib.suppress(OSError):  # how a terminal says that nobody writes to it any more
            while data := os.read(self._output, 65536):
                self._left += data.decode()
        return self._left

    def ends(self) -> int:
        return self.process.wait(DEADLINE)


@pytest.fixture
def challenges(tmp_path: Path) -> Path:
    """A folder with the challenge of `tests.doubling`, where an endless loop takes its time."""
    doubling.made(tmp_path / "made", tests=doubling.TESTS.replace("limit=0.3", "limit=9"))
    return tmp_path / "made"


def command(challenges: Path) -> list[str]:
    return [sys.executable, "-m", "judge", "watch", "double", "--challenges", str(challenges)]


def save(place: Place, text: str) -> None:
    """As editors do: another file takes the name."""
    place.write("new", text).replace(place.work / "double.py")


@pytest.fixture
def terminal(place: Place, challenges: Path) -> Iterator[tuple[Running, int]]:
    """The command in a terminal, at work on a wrong solution; and the keys."""
    save(place, TWICE_WRONG)
    ours, theirs = os.openpty()
    process = subprocess.Popen(
        command(challenges),
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env={**os.environ, "TERM": "xterm", "COLUMNS": "100", "LINES": "50"},
        start_new_session=True,
    )
    os.close(theirs)
    yield Running(process, ours), ours
    process.kill()
    process.wait()
    os.close(ours)


def test_in_a_terminal(place: Place, terminal: tuple[Running, int]) -> None:
    running, keys = terminal
    first = running.shows(KEYS)
    assert first.index("\x1b[2J") < first.index("FAILED") < first.index(KEYS)
    assert "since the last check" not in first
    os.write(keys, b"h")
    assert "add it to itself" in running.shows(KEYS)
    save(place, ALL_RIGHT)
    second = running.shows(KEYS)
    assert "passed" in second[second.index("\x1b[2J") :]
    assert "twice: values are doubled" in second[second.index("fixed") :]
    assert "8 of 8 now" in second
    os.write(keys, b"q")
    assert running.ends() == 0


def test_leaving_in_the_middle_of_a_check(place: Place, terminal: tuple[Running, int]) -> None:
    running, keys = terminal
    running.shows(KEYS)
    save(place, ENDLESS)
    running.shows("running:")
    os.write(keys, b"q")
    assert running.ends() == 1
    assert "exceeded" not in running.rest()


def test_without_a_terminal(place: Place, challenges: Path) -> None:
    save(place, TWICE_WRONG)
    with subprocess.Popen(
        command(challenges), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        running = Running(process, process.stdout.fileno())
        shown = running.shows("Start with")
        save(place, ALL_RIGHT)
        shown += running.shows("8 of 8 now")
        process.stdin.close()
        assert running.ends() == 0
        assert process.stderr.read() == b""
    assert "\x1b" not in shown
    assert KEYS not in shown


@pytest.mark.parametrize(("text", "code"), [(ALL_RIGHT, 0), (TWICE_WRONG, 1)])
def test_ctrl_c_is_a_usual_end(place: Place, challenges: Path, text: str, code: int) -> None:
    save(place, text)
    with subprocess.Popen(
        command(challenges), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        running = Running(process, process.stdout.fileno())
        running.shows("next  ")
        process.send_signal(signal.SIGINT)
        assert running.ends() == code
        assert process.stderr.read() == b""


def test_with_its_input_at_an_end_it_checks_once(place: Place) -> None:
    """As the tests run it: standard input has ended."""
    place.write("centring.py", RIGHT)
    ran = place.judge("watch", "centring")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith("passed")
    place.write("centring.py", WRONG)
    assert place.judge("watch", "centring", "centring.py", "--seed", "7").code == 1
    gone = place.judge("watch", "centring", "gone.py")
    assert (gone.code, gone.err) == (1, "")
    assert gone.out.startswith("There is no file gone.py.")


def test_a_part_is_watched(place: Place) -> None:
    place.write("pair.py", RIGHT)
    ran = place.judge("watch", "pair", "--task", "centre")
    assert ran.code == 0
    assert "again ---" not in ran.out


def test_wrong_words_end_at_once(place: Place) -> None:
    place.write("centring.py", RIGHT)
    assert_told(place.judge("watch", "centrin"), "Did you mean centring?")
    assert_told(place.judge("watch", "pair", "--task", "agian"), "Did you mean again?")
    assert_told(place.judge("watch", "centring", "--seed", "-1"), "is no seed")
    assert_told(place.judge("watch", "centring", "--challenges", "gone"), "no folder gone")
