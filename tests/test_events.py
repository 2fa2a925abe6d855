"""Saves and keys as they really come: files in a folder, a terminal, a pipe."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import termios
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from judge import events
from judge.events import Event, Events, keyboard

SOON = 20.0  # seconds; a deadline, never waited for
KEYS = {b"h": Event.HINT, b"R": Event.AGAIN, b"n": Event.NEXT}


@pytest.fixture(params=["watchfiles", "by itself"])
def file(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A file to follow, with the library and without."""
    if request.param == "watchfiles":
        pytest.importorskip("watchfiles")
    else:
        monkeypatch.setitem(sys.modules, "watchfiles", None)
        monkeypatch.setattr(events, "_LOOK", 0.01)
    return tmp_path / "work.py"


@pytest.fixture
def follow() -> Iterator[Callable[..., Events]]:
    """Follow these files."""
    with contextlib.closing(Events()) as made:

        def follow(*files: Path) -> Events:
            made.follow(files)
            return made

        yield follow


def replace(file: Path, text: str) -> None:
    new = file.with_name("new")
    new.write_text(text, encoding="utf-8")
    new.replace(file)


def test_a_file_that_is_written_replaced_removed_and_there_again(
    file: Path, follow: Callable[..., Events]
) -> None:
    file.write_text("1", encoding="utf-8")
    found = follow(file)
    for change in (
        lambda: file.write_text("22", encoding="utf-8"),
        lambda: replace(file, "33"),
        file.unlink,
        lambda: file.write_text("4", encoding="utf-8"),
    ):
        change()
        assert found.wait(SOON) is Event.SAVED
        while found.wait(0.1) is Event.SAVED:  # one save may be noticed twice
            pass


def test_other_files_of_the_folder_are_no_saves(file: Path, follow: Callable[..., Events]) -> None:
    file.write_text("1", encoding="utf-8")
    found = follow(file)
    file.with_name("other.py").write_text("1", encoding="utf-8")
    assert found.wait(0.3) is None


def test_each_of_several_names_is_followed(file: Path, follow: Callable[..., Events]) -> None:
    found = follow(file.with_suffix(".ipynb"), file)
    file.write_text("1", encoding="utf-8")
    assert found.wait(SOON) is Event.SAVED


def test_what_was_followed_before_is_so_no_more(file: Path, follow: Callable[..., Events]) -> None:
    follow(file)
    found = follow(file.with_name("other.py"))
    file.write_text("1", encoding="utf-8")
    assert found.wait(0.3) is None


def test_a_folder_that_comes_later(file: Path, follow: Callable[..., Events]) -> None:
    later = file.parent / "later" / "work.py"
    found = follow(later)
    later.parent.mkdir()
    later.write_text("1", encoding="utf-8")
    assert found.wait(SOON) is Event.SAVED


def test_a_folder_that_cannot_be_watched_is_looked_at(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, follow: Callable[..., Events]
) -> None:
    watchfiles = pytest.importorskip("watchfiles")

    def full(*_: object, **__: object) -> None:
        raise OSError("no space left: too many are watched")

    monkeypatch.setattr(watchfiles, "watch", full)
    found = follow(tmp_path / "work.py")
    (tmp_path / "work.py").write_text("1", encoding="utf-8")
    assert found.wait(SOON) is Event.SAVED


# --- keys ---------------------------------------------------------------------------------------


@pytest.fixture
def terminal() -> Iterator[tuple[int, int]]:
    """Our end of a terminal, and that of the command."""
    ours, theirs = os.openpty()
    yield ours, theirs
    for descriptor in (ours, theirs):
        with contextlib.suppress(OSError):
            os.close(descriptor)


def test_keys_come_at_once_and_are_not_shown(terminal: tuple[int, int]) -> None:
    ours, theirs = terminal
    before = termios.tcgetattr(theirs)
    found, left = Events(), threading.Event()
    with keyboard(found.tell, theirs, left.set) as keys:
        assert keys
        for key, event in KEYS.items():
            os.write(ours, key)
            assert found.wait(SOON) is event
        os.write(ours, b"x")
        os.write(ours, b"q")
        assert found.wait(SOON) is Event.QUIT
        assert left.is_set()  # a check that is running is ended too
    assert termios.tcgetattr(theirs) == before


def test_an_arrow_key_is_no_letter(terminal: tuple[int, int]) -> None:
    ours, theirs = terminal
    found = Events()
    with keyboard(found.tell, theirs, lambda: None):
        os.write(ours, b"\x1b[H")
        assert found.wait(0.2) is None
        os.write(ours, b"\x04")
        assert found.wait(SOON) is Event.QUIT


def test_after_a_pause_keys_still_come_at_once(terminal: tuple[int, int]) -> None:
    ours, theirs = terminal
    before = termios.tcgetattr(theirs)
    found = Events()
    with keyboard(found.tell, theirs, lambda: None):
        termios.tcsetattr(theirs, termios.TCSANOW, before)  # what a shell does after Ctrl-Z
        signal.raise_signal(signal.SIGCONT)
        os.write(ours, b"h")
        assert found.wait(SOON) is Event.HINT
    assert signal.getsignal(signal.SIGCONT) is signal.SIG_DFL


def test_a_terminal_that_is_closed_ends_it(terminal: tuple[int, int]) -> None:
    ours, theirs = terminal
    found = Events()
    with keyboard(found.tell, theirs, lambda: None):
        os.close(ours)
        assert found.wait(SOON) is Event.QUIT


def test_what_is_typed_afterwards_is_left_to_the_next_reader(terminal: tuple[int, int]) -> None:
    ours, theirs = terminal
    found = Events()
    with keyboard(found.tell, theirs, lambda: None):
        pass
    os.set_blocking(theirs, False)
    os.write(ours, b"h\n")
    assert found.wait(0.2) is None
    assert os.read(theirs, 10) == b"h\n"


def test_in_the_background_the_terminal_is_left_alone(
    terminal: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    ours, theirs = terminal
    before = termios.tcgetattr(theirs)
    monkeypatch.setattr(os, "tcgetpgrp", lambda _: os.getpgrp() + 1)
    found = Events()
    with keyboard(found.tell, theirs) as keys:
        assert not keys
        assert termios.tcgetattr(theirs) == before
        os.write(ours, b"h\n")
        assert found.wait(0.2) is None


def test_without_a_terminal_only_the_end_of_the_input_counts() -> None:
    reading, writing = os.pipe()
    found = Events()
    with keyboard(found.tell, reading) as keys:
        assert not keys
        os.write(writing, b"h\nr\nq\n")
        assert found.wait(0.2) is None
        os.close(writing)
        assert found.wait(SOON) is Event.QUIT
    os.close(reading)


def test_leaving_interrupts_the_main_thread() -> None:
    def left() -> None:
        threading.Thread(target=events.interrupt).start()
        Events().wait(SOON)

    with pytest.raises(KeyboardInterrupt):
        left()
